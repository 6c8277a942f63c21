import NIOCore
import StreamBrokerCore

/// One viewer of a stream, as `/api/streams/{stream}` lists it. Without its address: whoever may watch may read this.
struct ViewerStatus: Encodable, Sendable {
    enum State: String, Encodable {
        case live
        /// A frame has been on its way for longer than it should take.
        case stalled
    }

    var state: State
    var connectedSeconds: Double
    var delivered: UInt64
    var deliveredBytes: UInt64
    var replaced: UInt64
    var thinned: UInt64
    /// How old the last frame was when it had been written whole.
    var lastAgeMilliseconds: Double?

    enum CodingKeys: String, CodingKey {
        case state, delivered, replaced, thinned
        case connectedSeconds = "connected_s"
        case deliveredBytes = "delivered_bytes"
        case lastAgeMilliseconds = "last_age_ms"
    }

    /// Must be made on the viewer's event loop.
    init(figures: ViewerFigures, viewer: ViewerHandler, now: Int64) {
        state = viewer.isStalled ? .stalled : .live
        connectedSeconds = (Double(now - viewer.joinTime) / 100_000).rounded() / 10
        delivered = figures.delivered
        deliveredBytes = figures.deliveredBytes
        replaced = figures.replaced
        thinned = figures.thinned
        lastAgeMilliseconds = figures.delivered > 0 ? Double(figures.lastAge) / 1_000 : nil
    }

    /// Those that do worst come first.
    static func isWorse(_ one: ViewerStatus, than other: ViewerStatus) -> Bool {
        if (one.state == .stalled) != (other.state == .stalled) { return one.state == .stalled }
        return (one.lastAgeMilliseconds ?? 0) > (other.lastAgeMilliseconds ?? 0)
    }
}

extension LoopViewers {
    /// The viewers of this loop that do worst, at most so many.
    func worstViewers(limit: Int) -> EventLoopFuture<[ViewerStatus]> {
        loop.submit {
            let now = SystemClock.steadyTime
            let all = self.viewers.lanes.compactMap { $0.status(at: now) }
            return Array(all.sorted(by: ViewerStatus.isWorse).prefix(limit))
        }
    }
}
