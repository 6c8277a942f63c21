import StreamBrokerCore

/// One frame on its way to the viewers of one event loop: its messages, asked for once per loop and not once per viewer. Lives on that
/// loop.
final class DeliveryRound {
    let frame: WireFrame
    /// When the round began, in µs of the steady clock.
    let now: Int64
    /// Whether the frame is the stream's latest, shown to a viewer that has just joined.
    let isReplay: Bool
    private var plain: WireMessage?
    private var tagged: WireMessage?
    /// For sockets that carry several streams: by the stream's index there.
    private var indexed: [Int: WireMessage] = [:]

    init(_ frame: WireFrame, now: Int64, isReplay: Bool = false) {
        self.frame = frame
        self.now = now
        self.isReplay = isReplay
    }

    /// The message for a viewer without a subprotocol.
    var plainMessage: WireMessage {
        if let plain { return plain }
        let made = frame.plainMessage
        plain = made
        return made
    }

    /// The message for a `stream-broker.v1` viewer.
    func taggedMessage(streamIndex: Int) -> WireMessage {
        if streamIndex == 0, !isReplay {
            if let tagged { return tagged }
            let made = frame.taggedMessage
            tagged = made
            return made
        }
        if let known = indexed[streamIndex] { return known }
        let made = frame.taggedMessage(streamIndex: streamIndex, isReplay: isReplay)
        indexed[streamIndex] = made
        return made
    }
}

@available(*, unavailable)
extension DeliveryRound: Sendable {}
