import NIOCore
import StreamBrokerCore

/// Frames that the viewer's rate leaves out.
extension ViewerHandler {
    /// Keeps the newest of them: if the stream stops with it, the viewer is to have it.
    func holdBack(_ message: WireMessage, lane: ViewerLane, now: Int64) {
        if lane.heldBack != nil { lane.noteThinned() }
        lane.heldBack = message
        guard !lane.isHeldBackTimed, let due = outbox.heldBackDue(lane: lane.index) else { return }
        timeHeldBack(lane, in: due - now)
    }

    func timeHeldBack(_ lane: ViewerLane, in delay: Int64) {
        guard let context else { return }
        lane.isHeldBackTimed = true
        let bound = NIOLoopBound((handler: self, lane: lane), eventLoop: context.eventLoop)
        context.eventLoop.scheduleTask(in: .microseconds(max(0, delay))) {
            let (handler, lane) = bound.value
            lane.isHeldBackTimed = false
            handler.heldBackIsDue(lane)
        }
    }

    /// One timer serves many frames: when newer ones went through since it was set, it is set again for the one that is kept now.
    func heldBackIsDue(_ lane: ViewerLane) {
        guard !closing, lane.heldBack != nil, entries.indices.contains(lane.index), entries[lane.index]?.lane === lane
        else { return }
        let now = SystemClock.steadyTime
        if let due = outbox.heldBackDue(lane: lane.index), due > now { return timeHeldBack(lane, in: due - now) }
        sendHeldBack(lane, now: now)
    }

    func sendHeldBack(_ lane: ViewerLane, now: Int64) {
        guard let message = lane.heldBack.take() else { return }
        let offer = outbox.offerHeldBack(message.sequence, byteCount: message.byteCount, lane: lane.index, now: now)
        carryOut(offer, message, lane: lane)
        lane.roster?.publishTally()
    }
}
