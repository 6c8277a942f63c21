import NIOCore
import StreamBrokerCore

/// What a viewer asked for when it connected, and the right to be there.
struct ViewerRequest: Sendable {
    struct Stream: Sendable {
        var id: StreamID
        var channel: FrameChannel
        var place: StreamPlace
    }

    var streams: [Stream]
    var seat: ViewerSeat
    var pass: AccessPass
    /// Whether frames carry the `stream-broker.v1` header and control messages are understood.
    var isTagged: Bool
    /// Whether the socket carries a list of streams that may change.
    var carriesMany: Bool
    var framesPerSecond: Double?

    /// The event loop that has the fewest viewers of the first stream.
    var preferredLoop: (any EventLoop)? { streams.first?.place.loop }
}
