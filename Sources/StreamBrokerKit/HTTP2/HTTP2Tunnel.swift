import NIOCore
import NIOHTTP2

/// Makes a stream of HTTP/2 a connection of bytes, for the WebSocket on it (RFC 8441, section 5). Lives on its event loop.
final class HTTP2Tunnel: ChannelDuplexHandler {
    typealias InboundIn = HTTP2Frame.FramePayload
    typealias InboundOut = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = HTTP2Frame.FramePayload

    private var hasEnded = false

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard case .data(let part) = unwrapInboundIn(data), case .byteBuffer(let bytes) = part.data else { return }
        if bytes.readableBytes > 0 { context.fireChannelRead(wrapInboundOut(bytes)) }
        if part.endStream { context.fireUserInboundEventTriggered(ChannelEvent.inputClosed) }
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard !hasEnded else {
            promise?.fail(ChannelError.outputClosed)
            return
        }
        context.write(wrapOutboundOut(.data(.init(data: .byteBuffer(unwrapOutboundIn(data))))), promise: promise)
    }

    /// What ends a TCP connection in order is END_STREAM here; the rest of the stream is then wanted no more.
    func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        if !hasEnded, mode != .input {
            hasEnded = true
            let end = HTTP2Frame.FramePayload.data(.init(data: .byteBuffer(ByteBuffer()), endStream: true))
            context.writeAndFlush(wrapOutboundOut(end), promise: mode == .output ? promise : nil)
        }
        guard mode == .all else { return }
        context.writeAndFlush(wrapOutboundOut(.rstStream(.noError)), promise: nil)
        context.close(mode: mode, promise: promise)
    }
}

@available(*, unavailable)
extension HTTP2Tunnel: Sendable {}
