package import NIOCore

/// Tells a client why its connection is not let in, and closes it.
package final class ConnectionRefusal: ChannelInboundHandler {
    package typealias InboundIn = ByteBuffer
    package typealias OutboundOut = ByteBuffer

    private let reason: ConnectionLimit
    private let lockout: Duration
    private let isEncrypted: Bool

    /// - Parameters:
    ///   - lockout: For how long whoever floods is locked out.
    ///   - isEncrypted: Whether the client expects TLS. Who floods gets none, and so is told nothing.
    package init(_ reason: ConnectionLimit, lockout: Duration, isEncrypted: Bool) {
        self.reason = reason
        self.lockout = lockout
        self.isEncrypted = isEncrypted
    }

    private var answer: ByteBuffer {
        switch reason {
        case .draining:
            Self.answer(
                "503 Service Unavailable",
                "the server is shutting down",
                hint: "connect again in a moment",
                retryAfter: 1
            )
        case .total, .address:
            Self.answer(
                "429 Too Many Requests",
                "the server has as many connections as it takes, in all or from one address",
                hint: "close one, or try again in a moment",
                retryAfter: 1
            )
        case .flood:
            Self.answer(
                "429 Too Many Requests",
                "this address flooded the server, which takes nothing new from it for a while",
                hint: "send less, and try again later",
                retryAfter: lockout.components.seconds
            )
        }
    }

    private static func answer(_ status: String, _ error: String, hint: String, retryAfter seconds: Int64) -> ByteBuffer
    {
        let body = #"{"error":"\#(error)","hint":"\#(hint)"}"#
        let head =
            "HTTP/1.1 \(status)\r\nContent-Type: application/json\r\nRetry-After: \(seconds)\r\n"
            + "Content-Length: \(body.utf8.count)\r\nConnection: close\r\n\r\n"
        return ByteBuffer(string: head + body)
    }

    package func channelActive(context: ChannelHandlerContext) {
        guard reason != .flood else {
            if !isEncrypted { context.writeAndFlush(wrapOutboundOut(answer), promise: nil) }
            // Whoever floods is not waited for.
            return context.close(promise: nil)
        }
        context.writeAndFlush(wrapOutboundOut(answer), promise: nil)
        context.close(mode: .output, promise: nil)
        // What the client sent is read and thrown away, or the close would reset the connection before the answer is read.
        let connection = context.channel
        context.eventLoop.scheduleTask(in: .seconds(1)) { connection.close(promise: nil) }
    }

    package func channelRead(context: ChannelHandlerContext, data: NIOAny) {}
}
