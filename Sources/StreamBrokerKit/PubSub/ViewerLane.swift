import StreamBrokerCore
import Synchronization

/// One stream of one viewer. Lives on the viewer's event loop.
final class ViewerLane {
    let hub: ViewerHub
    let index: Int
    /// Where the lane stands in its ``LoopViewers``; `nil` when in none.
    var position: Int?
    /// The frame that is sent next, while the connection is busy.
    var waiting: OutgoingFrame?

    private unowned let viewer: ViewerHandler
    private var lastOrdinal: UInt64 = 0

    init(hub: ViewerHub, index: Int, viewer: ViewerHandler) {
        self.hub = hub
        self.index = index
        self.viewer = viewer
    }

    func startsAfter(ordinal: UInt64) {
        lastOrdinal = ordinal
    }

    func deliver(_ frame: WireFrame, isReplay: Bool, now: Int64) {
        guard frame.ordinal > lastOrdinal else { return }
        let skipped = frame.ordinal - lastOrdinal - 1
        lastOrdinal = frame.ordinal
        if skipped > 0 { hub.counters.replacedFrames.add(skipped, ordering: .relaxed) }
        viewer.offer(frame, lane: self, isReplay: isReplay, now: now)
    }

    func streamFinished() {
        viewer.streamFinished(self)
    }
}

@available(*, unavailable)
extension ViewerLane: Sendable {}
