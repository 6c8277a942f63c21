import NIOCore

/// Tells a client why its connection is not let in, and closes it.
final class ConnectionRefusal: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let reason: ConnectionLimit
    private let lockout: Duration

    /// - Parameter lockout: For how long whoever floods is locked out.
    init(_ reason: ConnectionLimit, lockout: Duration) {
        self.reason = reason
        self.lockout = lockout
    }

    private var answer: ByteBuffer {
        switch reason {
        case .total, .address, .draining:
            Self.answer(
                "the server has as many connections as it takes, in all or from one address",
                hint: "close one, or try again in a moment",
                retryAfter: 1
            )
        case .flood:
            Self.answer(
                "this address flooded the server, which takes nothing new from it for a while",
                hint: "send less, and try again later",
                retryAfter: lockout.components.seconds
            )
        }
    }

    private static func answer(_ error: String, hint: String, retryAfter seconds: Int64) -> ByteBuffer {
        let body = #"{"error":"\#(error)","hint":"\#(hint)"}"#
        let head =
            "HTTP/1.1 429 Too Many Requests\r\nContent-Type: application/json\r\nRetry-After: \(seconds)\r\n"
            + "Content-Length: \(body.utf8.count)\r\nConnection: close\r\n\r\n"
        return ByteBuffer(string: head + body)
    }

    func channelActive(context: ChannelHandlerContext) {
        context.writeAndFlush(wrapOutboundOut(answer), promise: nil)
        // Whoever floods is not waited for.
        guard reason != .flood else { return context.close(promise: nil) }
        context.close(mode: .output, promise: nil)
        // What the client sent is read and thrown away, or the close would reset the connection before the answer is read.
        let connection = context.channel
        context.eventLoop.scheduleTask(in: .seconds(1)) { connection.close(promise: nil) }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {}
}
