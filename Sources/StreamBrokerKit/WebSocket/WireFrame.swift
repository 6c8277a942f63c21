import StreamBrokerCore

/// A frame as it goes over WebSocket: each variant of its message is built once, when the first viewer needs it, and shared by all.
///
/// There are two variants that many viewers share, the bare payload and the payload behind the `stream-broker.v1` header. What differs
/// from viewer to viewer (the index on a socket of several streams, the mark of a replay) is a short prefix before the same payload.
final class WireFrame: Sendable {
    private struct Messages {
        var plain: WireMessage?
        var tagged: WireMessage?
    }

    let frame: Frame
    /// How many frames the stream had had when this one came, itself included.
    let ordinal: UInt64
    private let payload: SharedPayload
    /// When it came, in µs of the steady clock.
    private let arrival = SystemClock.steadyTime
    private let expectedViewers: Int
    /// How its long messages are sent, on trial; `nil` where there is nothing to try.
    let sharing: SharingTrial.Choice?
    private let messages = Locked(Messages())

    /// - Parameters:
    ///   - expectedViewers: How many viewers the stream has.
    ///   - sharing: How to send it to them.
    init(_ frame: Frame, ordinal: UInt64, expectedViewers: Int, sharing: SharingTrial.Choice?) {
        self.sharing = sharing
        self.frame = frame
        self.ordinal = ordinal
        self.expectedViewers = expectedViewers
        payload = SharedPayload(frame.payload)
    }

    /// Of the picture alone.
    var byteCount: Int { frame.payload.count }

    /// For viewers without a subprotocol.
    var plainMessage: WireMessage {
        messages.withLock { messages in
            if let plain = messages.plain { return plain }
            let made = message(header: nil, viewers: expectedViewers, sharesPages: sharing?.sharesPages ?? false)
            messages.plain = made
            return made
        }
    }

    /// For `stream-broker.v1` viewers of this stream alone.
    var taggedMessage: WireMessage {
        messages.withLock { messages in
            if let tagged = messages.tagged { return tagged }
            let made = message(
                header: FrameHeader(frame),
                viewers: expectedViewers,
                sharesPages: sharing?.sharesPages ?? false
            )
            messages.tagged = made
            return made
        }
    }

    /// For one stream of a socket that carries several, or for a replay.
    func taggedMessage(streamIndex: Int, isReplay: Bool) -> WireMessage {
        // It may be for few: nothing is made of it but a prefix.
        message(
            header: FrameHeader(frame, streamIndex: UInt16(streamIndex), isReplay: isReplay),
            viewers: 1,
            sharesPages: false
        )
    }

    private func message(header: FrameHeader?, viewers: Int, sharesPages: Bool) -> WireMessage {
        var prefix: [UInt8] = []
        prefix.reserveCapacity(WebSocketFramePrefix.maximumLength + FrameHeader.length)
        let headerLength = header == nil ? 0 : FrameHeader.length
        WebSocketFramePrefix.append(
            opcode: .binary,
            payloadLength: frame.payload.count + headerLength,
            to: &prefix
        )
        header?.append(to: &prefix)
        return WireMessage(
            prefix: prefix,
            payload: payload,
            sequence: frame.sequence,
            viewers: viewers,
            sharesPages: sharesPages,
            arrival: arrival
        )
    }
}
