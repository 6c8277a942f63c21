import NIOCore
import StreamBrokerCore

/// A WebSocket that is opened only to be closed with a reason. Lives on its event loop.
final class WebSocketGoodbye: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let closeFrame: [UInt8]
    private let patience: Duration
    private var context: ChannelHandlerContext?

    init(_ code: WebSocketCloseCode, reason: String, patience: Duration) {
        closeFrame = WebSocketFramePrefix.closeFrame(code, reason: reason)
        self.patience = patience
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
    }

    /// Sends the close frame. Call when no other handler is left in the pipeline.
    func start() {
        guard let context else { return }
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: closeFrame)), promise: nil)
        let connection = context.channel
        context.eventLoop.scheduleTask(in: TimeAmount(patience)) { connection.close(promise: nil) }
    }

    /// Whatever comes is the answer to the close frame, or too late: after it the connection ends (RFC 6455, section 7.1.1).
    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        context.close(promise: nil)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        context.close(promise: nil)
    }
}

@available(*, unavailable)
extension WebSocketGoodbye: Sendable {}
