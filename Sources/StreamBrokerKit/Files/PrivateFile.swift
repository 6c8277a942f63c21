import Foundation
import NIOCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Files that nobody else may read or change, from their first byte on.
package enum PrivateFile {
    /// Makes a folder, and those above it, where they are not there yet.
    static func makeFolder(_ path: String) throws {
        try FileManager.default.createDirectory(
            atPath: path,
            withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700]
        )
    }

    /// Makes a file with its whole content; one that is there already stays as it is.
    static func createIfMissing(_ path: String, _ text: String) throws {
        guard access(path, F_OK) != 0 else { return }
        do { try createNew(path, text) } catch let error as IOError where error.errnoCode == EEXIST {
            // Somebody else was quicker.
        }
    }

    /// Makes a file with its whole content.
    ///
    /// - Throws: `IOError`; its code is `EEXIST` when there is such a file already.
    package static func createNew(_ path: String, _ text: String) throws {
        let temporary = try write(text, beside: path)
        defer { unlink(temporary) }
        guard link(temporary, path) == 0 else { throw IOError(errnoCode: errno, reason: "link") }
    }

    /// Puts a file with this content into the place of the one that is there; nobody sees half of it.
    static func replace(_ path: String, with text: String) throws {
        let temporary = try write(text, beside: path)
        guard rename(temporary, path) == 0 else {
            let failure = IOError(errnoCode: errno, reason: "rename")
            unlink(temporary)
            throw failure
        }
    }

    private static func write(_ text: String, beside path: String) throws -> String {
        let temporary = "\(path).\(getpid()).\(UInt32.random(in: .min ... .max))"
        let file = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard file >= 0 else { throw IOError(errnoCode: errno, reason: "open") }
        let handle = FileHandle(fileDescriptor: file, closeOnDealloc: true)
        do {
            try handle.write(contentsOf: Data(text.utf8))
            try handle.synchronize()
            try handle.close()
        } catch {
            unlink(temporary)
            throw error
        }
        return temporary
    }
}
