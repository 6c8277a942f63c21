import NIOCore
import StreamBrokerCore

/// Says back every message it gets, so that a conformance suite can try the parser and the handshake that viewers have. Lives on its
/// event loop.
final class WebSocketEcho: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// A viewer has little to say; a conformance suite says much, in as many pieces as it likes.
    private static let limits: WebSocketMessageParser.Limits = {
        var limits = WebSocketMessageParser.Limits()
        limits.messageLength = 32 * 1024 * 1024
        limits.fragments = 1_000_000
        limits.acceptsBinary = true
        return limits
    }()

    private var parser = WebSocketMessageParser(limits: limits)
    private let closeTimeout: Duration
    private var hasSentClose = false

    init(closeTimeout: Duration) {
        self.closeTimeout = closeTimeout
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !hasSentClose else { return }
        parser.append(unwrapInboundIn(data).readableBytesView)
        do {
            while !hasSentClose, let message = try parser.next() { answer(message, context: context) }
        } catch {
            close(error.closeCode, reason: error.reason, context: context)
            context.close(mode: .output, promise: nil)
        }
    }

    private func answer(_ message: WebSocketMessageParser.Message, context: ChannelHandlerContext) {
        switch message {
        case .text(let text): write(WebSocketFramePrefix.frame(.text, text.utf8), context: context)
        case .binary(let bytes): write(WebSocketFramePrefix.frame(.binary, bytes), context: context)
        case .ping(let payload): write(WebSocketFramePrefix.frame(.pong, payload), context: context)
        case .pong: break
        case .close(let code, let reason):
            close(code ?? .normal, reason: reason, context: context)
            context.close(promise: nil)
        }
    }

    private func close(_ code: WebSocketCloseCode, reason: String, context: ChannelHandlerContext) {
        hasSentClose = true
        write(WebSocketFramePrefix.closeFrame(code, reason: reason), context: context)
        let connection = context.channel
        context.eventLoop.scheduleTask(in: TimeAmount(closeTimeout)) { connection.close(promise: nil) }
    }

    private func write(_ frame: [UInt8], context: ChannelHandlerContext) {
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: frame)), promise: nil)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case is ServerIsShuttingDown: close(.goingAway, reason: "the server is shutting down", context: context)
        case ChannelEvent.inputClosed: context.close(promise: nil)
        default: context.fireUserInboundEventTriggered(event)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }
}

@available(*, unavailable)
extension WebSocketEcho: Sendable {}
