internal import NIOCore
internal import NIOWebSocket
internal import StreamBrokerCore

/// One open WebSocket with a broker: what came over it, and why it ended. It closes when nobody holds it any more.
final class SubscriberConnection: Sendable {
    private let channel: any NIOCore.Channel
    private let inbox: SubscriberInbox
    private let acknowledges: Bool
    private let stream: StreamID

    init(channel: any NIOCore.Channel, inbox: SubscriberInbox, acknowledges: Bool, stream: StreamID) {
        self.channel = channel
        self.inbox = inbox
        self.acknowledges = acknowledges
        self.stream = stream
    }

    deinit {
        close()
    }

    /// The next frame; `nil` when the connection is over or the task was cancelled.
    func next() async -> ReceivedFrame? {
        var iterator = inbox.subscription.makeAsyncIterator()
        guard let frame = await iterator.next() else { return nil }
        if acknowledges { acknowledge(frame.sequence) }
        return frame
    }

    /// Why no more frames come; `nil` while they may.
    var end: BrokerClientError? { inbox.end }

    /// Frames that came and were never read.
    var droppedCount: UInt64 { inbox.subscription.droppedCount }

    /// Says goodbye (close code 1000) and closes. Calling it twice does nothing.
    func close() {
        channel.eventLoop.execute { [channel] in
            guard channel.isActive else { return }
            let goodbye = WebSocketFrame(
                fin: true,
                opcode: .connectionClose,
                maskKey: .random(),
                data: ByteBuffer(integer: UInt16(1000))
            )
            channel.writeAndFlush(goodbye).assumeIsolated().whenComplete { _ in channel.close(promise: nil) }
        }
    }

    private func acknowledge(_ sequence: UInt64) {
        // A stream id needs no escaping in JSON.
        let text = #"{"type":"ack","stream":"\#(stream)","sequence":\#(sequence)}"#
        let message = WebSocketFrame(fin: true, opcode: .text, maskKey: .random(), data: ByteBuffer(string: text))
        channel.writeAndFlush(message, promise: nil)
    }
}

/// Where a connection's event loop puts frames and its reader takes them.
final class SubscriberInbox: Sendable {
    let subscription: Subscription<ReceivedFrame>
    private let frames = StreamBrokerCore.Channel<ReceivedFrame>()
    private let firstEnd = Locked<BrokerClientError?>(nil)

    init(delivery: DeliveryPolicy) {
        subscription = frames.subscribe(delivery)
    }

    func put(_ frame: ReceivedFrame) {
        // Fails only after the end, when nobody wants frames.
        _ = try? frames.publish(frame)
    }

    /// Ends the inbox; the first reason is kept.
    func finish(_ reason: BrokerClientError) {
        firstEnd.withLock { $0 = $0 ?? reason }
        frames.finish()
    }

    var end: BrokerClientError? { firstEnd.withLock { $0 } }
}
