import StreamBrokerCore

/// Learns from pongs how far a viewer has got that does not acknowledge frames by itself.
///
/// What lies unread in a slow viewer's own receive buffer is old when it is read, and a server does not see it. But every WebSocket client
/// answers pings, in order and only when it has read as far (RFC 6455, section 5.5.3). So once a viewer proves slow, a ping goes out right
/// behind each frame, and its pong acknowledges the frame. Only viewers that have answered such a ping are held to it.
struct PongAcknowledgement {
    /// So many frames in a row that did not have to wait make a viewer count as fast again.
    private static let framesUntilFast = 150

    private enum State {
        /// The viewer takes frames as they come: no pings.
        case fast
        /// Pings are sent, and no answer has come yet.
        case asking
        /// Pongs acknowledge frames.
        case answering
    }

    private var state = State.fast
    private var smoothFrames = 0

    /// Whether a ping goes behind the next frame.
    var sendsPings: Bool { state != .fast }

    /// The viewer's connection did not take a frame at once.
    mutating func provedSlow() {
        smoothFrames = 0
        if state == .fast { state = .asking }
    }

    mutating func answered() {
        if state == .asking { state = .answering }
    }

    /// A frame was offered. Answers whether the viewer is fast again, so that acknowledgements are not needed any more.
    mutating func offered(hadToWait: Bool) -> Bool {
        guard state != .fast else { return false }
        smoothFrames = hadToWait ? 0 : smoothFrames + 1
        guard smoothFrames >= Self.framesUntilFast else { return false }
        state = .fast
        return true
    }

    /// The ping behind a frame: which stream of the socket, which frame.
    static func ping(lane: Int, sequence: UInt64) -> [UInt8] {
        var payload: [UInt8] = [UInt8(truncatingIfNeeded: lane >> 8), UInt8(truncatingIfNeeded: lane)]
        for shift in stride(from: 56, through: 0, by: -8) {
            payload.append(UInt8(truncatingIfNeeded: sequence >> UInt64(shift)))
        }
        return WebSocketFramePrefix.frame(.ping, payload)
    }

    /// Reads a pong's payload; `nil` when it answers another kind of ping.
    static func frame(ofPong payload: [UInt8]) -> (lane: Int, sequence: UInt64)? {
        guard payload.count == 10 else { return nil }
        return (Int(payload[0]) << 8 | Int(payload[1]), payload[2...].reduce(0) { $0 << 8 | UInt64($1) })
    }
}
