import StreamBrokerCore

/// Frames go past the viewer's handler and its outbox while neither has anything to decide.
extension ViewerHandler {
    /// Whatever decides about frames calls this when it changes.
    func updateDirectPath() {
        guard !carriesMany, let lane = entries.first??.lane else { return }
        let isOpen = !closing && !expectsProgress && lane.isSimple && outbox.writesAtOnce
        lane.setDirectPath(isOpen ? direct : nil, after: outbox.latestSequence)
    }

    /// What becomes of a frame, after all those that the outbox has not seen.
    func askOutbox(about frame: WireFrame, lane: ViewerLane, now: Int64) -> ViewerOutbox.Offer {
        tellOutboxWhatWentPast(lane)
        return outbox.offer(frame.frame.sequence, byteCount: frame.byteCount, lane: lane.index, now: now)
    }

    func tellOutboxWhatWentPast(_ lane: ViewerLane) {
        let state = lane.state
        guard state.lastSequence > outbox.latestSequence else { return }
        outbox.wroteAtOnce(upTo: state.lastSequence, byteCount: state.figures.meanByteCount)
    }

    /// Sees to the rest of a frame that is begun already.
    func finish(_ round: DeliveryRound, after sent: Int, lane: ViewerLane) {
        // The path was open, so there is no other answer. If there were, what comes next would stand in the middle of this frame.
        guard case .write = askOutbox(about: round.frame, lane: lane, now: round.now) else {
            assertionFailure("a direct path past an outbox that has something to decide")
            return connectionFailed(lane)
        }
        writeSlowly(message(of: round, lane: lane), after: sent, lane: lane)
    }
}
