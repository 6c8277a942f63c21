import Foundation
import NIOCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// The file that a Unix socket has.
enum SocketFile {
    /// Has `bind` make a socket in a folder that only this user can look into, and moves it to its place when nobody else may connect any
    /// more. A socket that is there is replaced.
    ///
    /// - Throws: `IOError`, whose code is `EEXIST` when something else is there, and what `bind` throws.
    static func make(
        _ path: String,
        bind: (_ path: String) async throws -> any NIOCore.Channel
    ) async throws -> any NIOCore.Channel {
        let present = try? FileManager.default.attributesOfItem(atPath: path)[.type] as? FileAttributeType
        guard present == nil || present == .typeSocket else { throw IOError(errnoCode: EEXIST, reason: "lstat") }
        // Beside it, so that it can be moved. A socket's path has a hundred bytes at most, and this one nine beyond its folder's.
        let parent = path.lastIndex(of: "/").map { path[...$0] } ?? ""
        var template = Array("\(parent).XXXXXX".utf8CString)
        guard let name = mkdtemp(&template) else { throw IOError(errnoCode: errno, reason: "mkdtemp") }
        let folder = String(cString: name)
        let hidden = "\(folder)/s"
        defer {
            _ = unlink(hidden)
            _ = rmdir(folder)
        }
        let socket = try await bind(hidden)
        guard chmod(hidden, S_IRUSR | S_IWUSR) == 0, rename(hidden, path) == 0 else {
            let failure = IOError(errnoCode: errno, reason: "moving the socket to its place")
            try? await socket.close()
            throw failure
        }
        return socket
    }

    /// Nobody can connect any more; a file that is gone already is as good.
    static func remove(_ path: String) {
        _ = unlink(path)
    }
}
