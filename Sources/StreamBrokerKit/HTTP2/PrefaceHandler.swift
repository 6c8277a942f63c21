import NIOCore
import StreamBrokerCore

/// Looks at the first bytes of a connection without TLS, lets HTTP/2 have it if they are the preface, and is gone. Lives on its event loop.
final class PrefaceHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    private let upgrade: HTTP2Upgrade
    private var preface = HTTP2Preface()
    private var held = ByteBuffer()

    init(_ upgrade: HTTP2Upgrade) {
        self.upgrade = upgrade
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = unwrapInboundIn(data)
        preface.receive(bytes.readableBytesView)
        if held.readableBytes == 0 { held = bytes } else { held.writeBuffer(&bytes) }
        switch preface.verdict {
        case .undecided: return
        case .other: break
        case .http2:
            do { try upgrade.replaceHTTP1(behind: self, context: context) } catch {
                return context.close(promise: nil)
            }
        }
        let first = held
        held = ByteBuffer()
        context.fireChannelRead(wrapInboundOut(first))
        context.pipeline.syncOperations.removeHandler(self, promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        handOn(context: context)
        context.fireChannelInactive()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        // A client that has half a preface and closes has said all it will.
        if event as? ChannelEvent == .inputClosed { handOn(context: context) }
        context.fireUserInboundEventTriggered(event)
    }

    private func handOn(context: ChannelHandlerContext) {
        guard held.readableBytes > 0 else { return }
        let rest = held
        held = ByteBuffer()
        context.fireChannelRead(wrapInboundOut(rest))
    }
}

@available(*, unavailable)
extension PrefaceHandler: Sendable {}
