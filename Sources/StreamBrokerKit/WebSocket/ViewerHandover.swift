import NIOCore
import NIOPosix

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Moves an upgraded connection to another event loop.
///
/// A connection's loop is chosen when it is accepted, before anybody knows what it will be. NIO cannot move a channel, but the socket
/// under it can have a second descriptor: a new channel on the other loop takes that one, and the old channel is closed, which
/// leaves the connection itself alone.
enum ViewerHandover {
    /// Must be called on the connection's event loop, once nothing is left in its pipeline that has bytes of the client.
    ///
    /// - Returns: Whether the connection moves; if not, it stays what and where it is.
    static func move(
        _ connection: any NIOCore.Channel,
        to loop: any EventLoop,
        setUp: @escaping @Sendable (any NIOCore.Channel) throws -> Void
    ) -> Bool {
        guard let original = PlainSocket.handle(of: connection) else { return false }
        let handle = fcntl(original, F_DUPFD_CLOEXEC, 0)
        // No descriptor to be had.
        guard handle >= 0 else { return false }
        _ = ClientBootstrap(group: loop)
            .channelInitializer { moved in
                moved.eventLoop.makeCompletedFuture { try setUp(moved) }
            }
            .withConnectedSocket(handle)
        connection.close(promise: nil)
        return true
    }
}

/// Keeps what the client sent after its request until there is somebody to read it. Lives on its event loop.
final class EarlyBytes: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer

    private(set) var bytes = ByteBuffer()

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var more = unwrapInboundIn(data)
        bytes.writeBuffer(&more)
    }
}

@available(*, unavailable)
extension EarlyBytes: Sendable {}
