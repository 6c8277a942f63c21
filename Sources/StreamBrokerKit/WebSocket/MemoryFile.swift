import CMemoryFile

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// A file without a name that exists in memory (memfd_create(2)), written once: `sendfile` hands its pages to a socket by reference.
///
/// A `send` copies the message into the kernel for every viewer. The pages of a file are shared by all sockets instead. They live until the
/// last socket is done with them, whatever becomes of the file, and nobody writes to them again, so a frame is never torn. Whether
/// sharing a page costs less than copying it depends on the machine and its kernel: ``SharingTrial`` finds out.
final class MemoryFile: Sendable {
    /// Below this, copying is cheaper everywhere: measured, 5 KB by reference cost 15 % more.
    private static let smallestMessage = 16 * 1024
    /// Making the file costs some 15 µs, what several deliveries save.
    private static let fewestViewers = 8

    #if os(Linux)
    let descriptor: CInt
    #endif

    /// Whether a message of this size for so many viewers may be cheaper to send from a file.
    static func mayPay(forBytes count: Int, viewers: Int) -> Bool {
        count >= smallestMessage && viewers >= fewestViewers
    }

    /// Makes a file of these pieces, one after the other. `nil` when the system has no such files or no room for one; the bytes can be
    /// sent without.
    init?(_ pieces: [[UInt8]]) {
        #if os(Linux)
        let opened = cmemoryfile_create("frame")
        guard opened >= 0 else { return nil }
        guard pieces.allSatisfy({ Self.append($0, to: opened) }) else {
            close(opened)
            return nil
        }
        descriptor = opened
        #else
        return nil
        #endif
    }

    #if os(Linux)
    private static func append(_ piece: [UInt8], to descriptor: CInt) -> Bool {
        piece.withUnsafeBytes { bytes in
            var written = 0
            while written < bytes.count {
                let count = write(descriptor, bytes.baseAddress?.advanced(by: written), bytes.count - written)
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { return false }
                written += count
            }
            return true
        }
    }
    #endif

    #if os(Linux)
    deinit {
        close(descriptor)
    }
    #endif
}
