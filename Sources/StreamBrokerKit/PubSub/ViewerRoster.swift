import StreamBrokerCore

/// The viewers of one stream on one event loop, and the count of what they were sent. Lives on that loop.
final class ViewerRoster {
    private(set) var lanes: [ViewerLane] = []
    /// Of each lane, in the same order.
    var states: [LaneState] = []
    var tally = DeliveryTally()
    private let published: PublishedTally
    private var isDelivering = false
    private var latestCost = CostTrial.LatestCost()

    init(publishingTo published: PublishedTally) {
        self.published = published
    }

    func add(_ lane: ViewerLane) {
        let state = lane.state
        lane.position = lanes.count
        lane.roster = self
        lanes.append(lane)
        states.append(state)
    }

    func remove(_ lane: ViewerLane) {
        guard let position = lane.position else { return }
        lane.position = nil
        let last = (lane: lanes.removeLast(), state: states.removeLast())
        if last.lane !== lane {
            lanes[position] = last.lane
            states[position] = last.state
            last.lane.position = position
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
        sendDirectly(round)
        askTheOthers(round)
    }

    private func sendDirectly(_ round: DeliveryRound) {
        var (plain, tagged) = (0, 0)
        for state in states where state.directPath != nil {
            if state.isTagged { tagged += 1 } else { plain += 1 }
        }
        if plain > 0 { sendDirectly(round, round.plainMessage, tagged: false) }
        if tagged > 0 { sendDirectly(round, round.taggedMessage(streamIndex: 0), tagged: true) }
    }

    private func sendDirectly(_ round: DeliveryRound, _ message: WireMessage, tagged: Bool) {
        // The message's bytes are taken out once, and not for each viewer: to hold a message is to write to memory that all loops share.
        message.withSource { source in
            let walk = DirectWalk(ordinal: round.frame.ordinal, message: message, source: source, tagged: tagged)
            var end = states.count
            // Lanes may leave while one is seen to: the last one then takes the place of the one that left, and has had the frame.
            while let stop = states.withUnsafeMutableBufferPointer({ walk.send(to: $0[..<end], counting: &tally) }) {
                let lane = lanes[stop.position]
                switch stop.outcome {
                case .sent(let byteCount): lane.wasSentInPart(round, byteCount: byteCount)
                case .failed: lane.directPathFailed()
                }
                end = min(stop.position, states.count)
            }
        }
    }

    private func askTheOthers(_ round: DeliveryRound) {
        let ordinal = round.frame.ordinal
        // From the end, since lanes may leave meanwhile: the last one then takes the place of the one that left, so that none is passed over.
        var position = lanes.count
        while position > 0 {
            position -= 1
            if position < lanes.count, states[position].lastOrdinal < ordinal { lanes[position].deliver(round) }
        }
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
