import NIOCore

/// Tells a client that there is no room for its connection, and closes it.
final class ConnectionRefusal: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private static let answer: ByteBuffer = {
        let body =
            #"{"error":"the server has as many connections as it takes, in all or from one address","hint":"close one, or try again in a moment"}"#
        let head =
            "HTTP/1.1 429 Too Many Requests\r\nContent-Type: application/json\r\nRetry-After: 1\r\n"
            + "Content-Length: \(body.utf8.count)\r\nConnection: close\r\n\r\n"
        return ByteBuffer(string: head + body)
    }()

    func channelActive(context: ChannelHandlerContext) {
        context.writeAndFlush(wrapOutboundOut(Self.answer), promise: nil)
        context.close(mode: .output, promise: nil)
        // What the client sent is read and thrown away, or the close would reset the connection before the answer is read.
        let connection = context.channel
        context.eventLoop.scheduleTask(in: .seconds(1)) { connection.close(promise: nil) }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {}
}
