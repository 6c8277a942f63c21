import NIOCore
import NIOTLS

/// Waits for the TLS handshake, lets HTTP/2 have the connection if that was agreed on (RFC 7301), and is gone. Lives on its event loop.
final class ALPNHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer

    private let upgrade: HTTP2Upgrade

    init(_ upgrade: HTTP2Upgrade) {
        self.upgrade = upgrade
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard case .handshakeCompleted(let negotiated) = event as? TLSUserEvent else {
            return context.fireUserInboundEventTriggered(event)
        }
        if negotiated == "h2" {
            do { try upgrade.replaceHTTP1(behind: self, context: context) } catch {
                return context.close(promise: nil)
            }
        }
        context.fireUserInboundEventTriggered(event)
        context.pipeline.syncOperations.removeHandler(self, promise: nil)
    }
}

@available(*, unavailable)
extension ALPNHandler: Sendable {}
