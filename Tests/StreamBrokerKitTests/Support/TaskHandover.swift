import NIOCore
import StreamBrokerCore

/// Lets the thread sanitizer see that what a connection's event loop reads is handed over to a task, and not shared with it.
///
/// Twice that order is made inside the Swift runtime, where the sanitizer sees nothing and reports races that are none: when a task is
/// resumed before it waits, and when SwiftNIO reads into a buffer again because its count of references says that nobody holds it.
final class TaskHandover: Sendable {
    private let reads = Locked(0)

    /// Call in the task, before it looks at what it got.
    func received() {
        reads.withLock { _ in }
    }

    /// Gives every read a buffer of its own. For the front of a pipeline.
    func addFirst(to channel: any NIOCore.Channel) throws {
        try channel.pipeline.syncOperations.addHandler(OwnReads())
    }

    /// For the end of a pipeline, right before what hands over to the task.
    func addLast(to channel: any NIOCore.Channel) throws {
        try channel.pipeline.syncOperations.addHandler(Mark(self))
    }

    private final class OwnReads: ChannelInboundHandler, Sendable {
        typealias InboundIn = ByteBuffer
        typealias InboundOut = ByteBuffer

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            let bytes = unwrapInboundIn(data).readableBytesView
            context.fireChannelRead(wrapInboundOut(ByteBuffer(bytes: bytes)))
        }
    }

    private final class Mark: ChannelInboundHandler, Sendable {
        typealias InboundIn = NIOAny

        private let handover: TaskHandover

        init(_ handover: TaskHandover) {
            self.handover = handover
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            handover.reads.withLock { $0 += 1 }
            context.fireChannelRead(data)
        }
    }
}
