import NIOCore
import StreamBrokerCore

/// Viewers that tell how far they have got, by themselves or by their pongs.
extension ViewerHandler {
    func acknowledged(upTo sequence: UInt64, lane index: Int) {
        guard let lane = entries[index]?.lane else { return }
        let now = SystemClock.steadyTime
        noteProgress()
        tellOutboxWhatWentPast(lane)
        outbox.isDraining = roundTripMeter.isDue(at: now)
        outbox.acknowledged(upTo: sequence, lane: index, now: now)
        if outbox.isDraining, outbox.isLineFree() { measureRoundTrip(now: now) }
        carryOut(outbox.next(now: now))
    }

    /// The ping goes before the frame that may be next, and on a slow line alone: together they would measure the line's bandwidth.
    private func measureRoundTrip(now: Int64) {
        outbox.isDraining = false
        outbox.holdIfSlow(now: now)
        writeControl(WebSocketFramePrefix.frame(.ping, roundTripMeter.ping(at: now)))
    }

    /// A frame may wait for nothing but its time.
    func scheduleNextTime() {
        guard !isTimed, let context, let time = outbox.nextTime() else { return }
        isTimed = true
        let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
        context.eventLoop.scheduleTask(in: .microseconds(max(0, time - SystemClock.steadyTime))) {
            bound.value.timeCame()
        }
    }

    func timeCame() {
        isTimed = false
        guard !closing else { return }
        carryOut(outbox.next(now: SystemClock.steadyTime))
    }

    func writePing(behind message: WireMessage, lane: ViewerLane) {
        guard lane.pongs.sendsPings else { return }
        writeControl(PongAcknowledgement.ping(lane: lane.index, sequence: message.sequence))
    }

    func receivePong(_ payload: [UInt8]) {
        let now = SystemClock.steadyTime
        if roundTripMeter.answered(payload, at: now) {
            outbox.roundTrip = roundTripMeter.roundTrip
            outbox.endHold()
            carryOut(outbox.next(now: now))
            return
        }
        guard let (index, sequence) = PongAcknowledgement.frame(ofPong: payload), entries.indices.contains(index),
            let lane = entries[index]?.lane, lane.pongs.sendsPings
        else { return }
        lane.pongs.answered()
        acknowledged(upTo: sequence, lane: index)
    }

    func noteSmoothness(of offer: ViewerOutbox.Offer, lane: ViewerLane, now: Int64) {
        guard lane.pongs.sendsPings else { return }
        var hadToWait = true
        if case .write = offer { hadToWait = false }
        guard lane.pongs.offered(hadToWait: hadToWait) else { return }
        carryOut(outbox.stopAcknowledging(lane: lane.index, now: now))
    }

    /// From now on the viewer must get on with what it has, or it counts as stalled.
    func expectProgress(of message: WireMessage) {
        expectsProgress = true
        progressDue = SystemClock.steadyTime + WriteBudget.microseconds(forBytes: message.byteCount)
    }

    func noteProgress() {
        expectsProgress = false
        setStalled(false)
    }
}
