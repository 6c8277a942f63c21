import StreamBrokerCore

/// The viewers of one stream on one event loop, and the count of what they were sent. Lives on that loop.
final class ViewerRoster {
    private(set) var lanes: [ViewerLane] = []
    var tally = DeliveryTally()
    private let published: PublishedTally
    private var isDelivering = false
    private var latestCost = CostTrial.LatestCost()

    init(publishingTo published: PublishedTally) {
        self.published = published
    }

    func add(_ lane: ViewerLane) {
        lane.position = lanes.count
        lane.roster = self
        lanes.append(lane)
    }

    func remove(_ lane: ViewerLane) {
        guard let position = lane.position else { return }
        lane.position = nil
        let last = lanes.removeLast()
        if last !== lane {
            lanes[position] = last
            last.position = position
        }
        publishTally()
    }

    func deliver(_ frame: WireFrame) {
        let round = DeliveryRound(frame, now: SystemClock.steadyTime)
        isDelivering = true
        if let sharing = frame.sharing, sharing.isCompared {
            let count = lanes.count
            let begin = SystemClock.threadCPUTime
            deliver(round)
            let cost = SystemClock.threadCPUTime - begin
            sharing.note(nanoseconds: cost, byteCount: frame.byteCount * count, latest: &latestCost)
        } else {
            deliver(round)
        }
        isDelivering = false
        publishTally()
    }

    private func deliver(_ round: DeliveryRound) {
        // A copy of the reference: a viewer that fails may leave while the others are served.
        let lanes = lanes
        for lane in lanes { lane.deliver(round) }
    }

    /// Tells other threads what was counted. Does nothing in the midst of a delivery, which does so at its end.
    func publishTally() {
        if !isDelivering { published.publish(tally) }
    }

    func finish() {
        for lane in lanes { lane.streamFinished() }
    }
}

@available(*, unavailable)
extension ViewerRoster: Sendable {}
