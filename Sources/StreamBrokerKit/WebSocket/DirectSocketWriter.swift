import NIOCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Writes a frame straight to a viewer's socket, past NIO's pipeline.
///
/// Why: nine tenths of a delivery are the kernel's, and most of the rest is NIO's pending-write bookkeeping, promise and flush per
/// viewer. One `sendmsg` of the shared bytes from the event loop itself is about a third cheaper for the whole server. What does not
/// fit into the socket's buffer goes through NIO, which waits for the socket to take more.
///
/// Order on the wire is safe as long as NIO has nothing of its own to write for the connection: the caller's ``ViewerOutbox`` knows.
enum DirectSocketWriter {
    enum Outcome {
        case sent(byteCount: Int)
        /// The connection is gone; NIO will notice by itself.
        case failed
        /// The connection is not a plain socket.
        case unavailable
    }

    /// Must be called on the connection's event loop.
    static func send(prefix: [UInt8], payload: [UInt8], on pipeline: ChannelPipeline) -> Outcome {
        do {
            // NIO gives the handle only while the socket is open, so the number cannot belong to another connection yet.
            let sent = try pipeline.syncOperations.withUnsafeTransportIfAvailable(of: NIOBSDSocket.Handle.self) {
                handle in
                send(prefix, payload, on: handle)
            }
            guard let sent else { return .unavailable }
            return sent < 0 ? .failed : .sent(byteCount: sent)
        } catch {
            return .failed
        }
    }

    /// How many bytes the socket took; 0 when it is full, -1 when it is broken.
    private static func send(_ prefix: [UInt8], _ payload: [UInt8], on handle: NIOBSDSocket.Handle) -> Int {
        prefix.withUnsafeBytes { prefix in
            payload.withUnsafeBytes { payload in
                withUnsafeTemporaryAllocation(of: iovec.self, capacity: 2) { vectors in
                    vectors[0] = vector(of: prefix)
                    vectors[1] = vector(of: payload)
                    var message = msghdr()
                    message.msg_iov = vectors.baseAddress
                    message.msg_iovlen = 2
                    while true {
                        let sent = sendmsg(handle, &message, Int32(MSG_DONTWAIT) | Int32(MSG_NOSIGNAL))
                        if sent >= 0 { return sent }
                        switch errno {
                        case EINTR: continue
                        case EAGAIN, EWOULDBLOCK, ENOBUFS: return 0
                        default: return -1
                        }
                    }
                }
            }
        }
    }

    private static func vector(of bytes: UnsafeRawBufferPointer) -> iovec {
        // sendmsg only reads; that the base is mutable is what the C type asks for.
        iovec(iov_base: UnsafeMutableRawPointer(mutating: bytes.baseAddress), iov_len: bytes.count)
    }
}
