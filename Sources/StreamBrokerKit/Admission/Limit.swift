import StreamBrokerCore

/// What a request or a client message may run into. The names are labels on a metric.
enum Limit: String, CaseIterable {
    case head, target, host, malformed
    case headTime = "head_time"
    case bodyTime = "body_time"
    case idleTime = "idle_time"
    case frameBytes = "frame_bytes"
    case pixels
    case postsInFlight = "posts_in_flight"
    case requests
    case streams
    case http2Resets = "http2_resets"
    case http2ControlFrames = "http2_control_frames"
    case http2Continuations = "http2_continuations"
    case http2EmptyFrames = "http2_empty_frames"
    case http2StreamErrors = "http2_stream_errors"
    case http2Unread = "http2_unread"
    case webSocketProtocol = "websocket_protocol"
    case webSocketBinary = "websocket_binary"
    case webSocketText = "websocket_text"
    case messageRate = "message_rate"
    case messageSize = "message_size"

    /// Whether only somebody who sends far too much runs into it.
    var isFlood: Bool {
        switch self {
        case .http2Resets, .http2ControlFrames, .http2Continuations, .http2EmptyFrames, .http2StreamErrors,
            .messageRate:
            true
        case .head, .target, .host, .malformed, .headTime, .bodyTime, .idleTime, .frameBytes, .pixels, .postsInFlight,
            .requests, .streams, .http2Unread, .webSocketProtocol, .webSocketBinary, .webSocketText, .messageSize:
            false
        }
    }

    /// The limit that a client's message ran into.
    init?(_ code: WebSocketCloseCode) {
        switch code {
        case .protocolError: self = .webSocketProtocol
        case .unsupportedData: self = .webSocketBinary
        case .invalidPayload: self = .webSocketText
        case .policyViolation: self = .messageRate
        case .messageTooBig: self = .messageSize
        default: return nil
        }
    }
}

/// How often each ``Limit`` was met.
final class LimitTally: Sendable {
    private let state = Locked([Limit: UInt64]())

    var counts: [Limit: UInt64] { state.withLock { $0 } }

    func note(_ limit: Limit) {
        state.withLock { $0[limit, default: 0] += 1 }
    }
}
