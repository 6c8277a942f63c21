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
    /// Lets nobody but this user connect.
    static func makePrivate(_ path: String) throws {
        guard chmod(path, S_IRUSR | S_IWUSR) == 0 else { throw IOError(errnoCode: errno, reason: "chmod") }
    }

    /// Nobody can connect any more; a file that is gone already is as good.
    static func remove(_ path: String) {
        _ = unlink(path)
    }
}
