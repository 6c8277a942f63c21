import NIOCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Writes a message straight to a viewer's socket, past NIO's pipeline, in one system call.
///
/// Why: nine tenths of a delivery are the kernel's, and most of the rest is NIO's pending-write bookkeeping, promise and flush per
/// viewer. One call with the shared bytes from the event loop itself is about a third cheaper for the whole server. What does not
/// fit into the socket's buffer goes through NIO, which waits for the socket to take more.
///
/// Order on the wire is safe as long as NIO has nothing of its own to write for the connection: the caller's ``ViewerOutbox`` knows.
///
/// The handle is NIO's, and so is the decision to close it. NIO closes it on this event loop, and calls the connection's handlers
/// (a failed write, then `channelInactive`) before it does anything else there: a handler that lets go of its writer when it is
/// called never writes to a handle that has become somebody else's.
struct DirectSocketWriter {
    enum Outcome {
        case sent(byteCount: Int)
        /// The connection is gone; NIO will notice by itself.
        case failed
    }

    let handle: NIOBSDSocket.Handle

    /// `nil` when the connection is not a plain socket. Must be called on its event loop.
    ///
    /// The handle is asked for once: NIO finds it by a dynamic cast that costs as much as everything else here.
    init?(_ connection: any NIOCore.Channel) {
        guard let handle = PlainSocket.handle(of: connection) else { return nil }
        self.handle = handle
    }

    /// Sends as much of the message as the socket takes. Must be called on the connection's event loop.
    func send(_ message: WireMessage) -> Outcome {
        message.withSource { send($0, byteCount: message.byteCount) }
    }

    /// The same for a message whose bytes are at hand.
    func send(_ source: WireMessage.Source, byteCount: Int) -> Outcome {
        while true {
            let sent = sendOnce(source, byteCount: byteCount)
            if sent >= 0 { return .sent(byteCount: sent) }
            switch errno {
            case EINTR: continue
            case EAGAIN, EWOULDBLOCK, ENOBUFS: return .sent(byteCount: 0)
            default: return .failed
            }
        }
    }

    private static let flags = Int32(MSG_DONTWAIT) | Int32(MSG_NOSIGNAL)

    private func sendOnce(_ source: WireMessage.Source, byteCount: Int) -> Int {
        switch source {
        case .onePiece(let bytes): Self.systemSend(handle, bytes.baseAddress, bytes.count, Self.flags)
        case .twoPieces(let prefix, let payload): sendPieces(prefix, payload)
        case .file(let descriptor): sendFile(descriptor, byteCount: byteCount)
        }
    }

    private func sendFile(_ descriptor: CInt, byteCount: Int) -> Int {
        #if os(Linux)
        var offset = off_t(0)
        // Does not wait, since NIO's sockets do not; raises no signal, since NIO has the process ignore SIGPIPE.
        return sendfile(handle, descriptor, &offset, byteCount)
        #else
        preconditionFailure("there are no files in memory here")
        #endif
    }

    private func sendPieces(_ prefix: UnsafeRawBufferPointer, _ payload: UnsafeRawBufferPointer) -> Int {
        withUnsafeTemporaryAllocation(of: iovec.self, capacity: 2) { vectors in
            vectors[0] = Self.vector(of: prefix)
            vectors[1] = Self.vector(of: payload)
            var header = msghdr()
            header.msg_iov = vectors.baseAddress
            header.msg_iovlen = 2
            return sendmsg(handle, &header, Self.flags)
        }
    }

    private static func systemSend(_ handle: CInt, _ bytes: UnsafeRawPointer?, _ count: Int, _ flags: CInt) -> Int {
        #if canImport(Glibc)
        Glibc.send(handle, bytes, count, flags)
        #elseif canImport(Musl)
        Musl.send(handle, bytes, count, flags)
        #else
        Darwin.send(handle, bytes, count, flags)
        #endif
    }

    private static func vector(of bytes: UnsafeRawBufferPointer) -> iovec {
        // sendmsg only reads; that the base is mutable is what the C type asks for.
        iovec(iov_base: UnsafeMutableRawPointer(mutating: bytes.baseAddress), iov_len: bytes.count)
    }
}
