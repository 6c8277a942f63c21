/// What one viewer gets next: at most one message being written, and one waiting per stream; a newer one replaces it.
///
/// A pure state machine: frames, completed writes and acknowledgements come in; what to write comes out. It never has a frame written
/// that is older than one before it in the same stream. It knows frames by their sequence; its owner keeps the one that waits in each
/// lane. So it is no generic type, which would cost more than all it does. Owned by the viewer's event loop.
package struct ViewerOutbox: ~Copyable {
    package typealias LaneIndex = Int

    package enum Offer {
        /// Write it now.
        case write
        /// Keep it: it waits.
        case waits
        /// Keep it in the place of the one that waited, which will never be sent.
        case replaced
        /// The viewer's rate leaves it out. Keep it all the same: it is shown after all when none follows it (``heldBackDue(lane:)``).
        case thinned
        /// It is not newer than what the viewer already has.
        case stale
    }

    /// The frame whose turn it is: write the one that waits in this lane.
    package struct Turn: Hashable, Sendable {
        package var lane: LaneIndex
        package var sequence: UInt64

        package init(lane: LaneIndex, sequence: UInt64) {
            self.lane = lane
            self.sequence = sequence
        }
    }

    /// What to do after an event that may have made room.
    package enum Next: Hashable, Sendable {
        /// Nothing waits.
        case nothing
        case write(Turn)
        /// Frames wait for a write, an acknowledgement or their time: ask ``nextTime()``.
        case waits
    }

    /// How long after its turn a frame that was left out is shown, when the stream has stopped with it.
    package static let heldBackGrace: Int64 = 250_000

    /// How long a frame is held at most while the round trip is measured.
    package static let longestMeasurement: Int64 = 300_000

    // What is cold in the processor's cache is most of what a frame costs here. So the fields that each frame needs stand together, and
    // the lane that nearly every viewer has alone lies in the value itself.
    private var writesInFlight = 0
    private var waitingLanes = 0
    private var firstLane = OutboxLane()
    private var otherLanes: [OutboxLane] = []
    private var laneCount: Int
    private var turn: UInt64 = 0
    /// How long a message and its answer are under way while the line is free, in µs; counts from the next acknowledgement on.
    package var roundTrip: Int64 = 0
    /// Whether each stream that is acknowledged has one frame on its way at most, so that the line is free at times.
    package var isDraining = false {
        didSet {
            guard isDraining != oldValue else { return }
            let isDraining = isDraining
            for index in lanes { withLane(index) { $0.setDraining(isDraining) } }
        }
    }

    /// - Parameter laneCount: How many streams the viewer has at first.
    package init(laneCount: Int = 1) {
        self.laneCount = laneCount
        otherLanes = Array(repeating: OutboxLane(), count: max(0, laneCount - 1))
    }

    /// Whether the wire is free, so that the next frame may go straight to the socket.
    package var isIdle: Bool { writesInFlight == 0 }

    /// Whether any frame of the only stream would be written at once, if it is newer than ``latestSequence``: the outbox need not be asked.
    package var writesAtOnce: Bool {
        isIdle && waitingLanes == 0 && laneCount == 1 && firstLane.isOpen && firstLane.takesAll
    }

    /// The newest frame of the first stream that was not left out.
    package var latestSequence: UInt64 { firstLane.lastOffered }

    /// Frames were written without asking, since the outbox ``writesAtOnce``; the last of about so many bytes.
    package mutating func wroteAtOnce(upTo sequence: UInt64, byteCount: Int) {
        firstLane.wrote(upTo: sequence, byteCount: byteCount)
    }

    /// A frame of so many bytes was published. `now` is in µs of a steady clock.
    package mutating func offer(_ sequence: UInt64, byteCount: Int, lane index: LaneIndex, now: Int64) -> Offer {
        let isIdle = isIdle
        let offer = withLane(index) { $0.offer(sequence, byteCount: byteCount, now: now, isIdle: isIdle) }
        note(offer, lane: index)
        return offer
    }

    /// When a frame that was ``Offer/thinned`` is to be offered by ``offerHeldBack(_:lane:now:)`` unless a newer one went through.
    package mutating func heldBackDue(lane index: LaneIndex) -> Int64? {
        withLane(index) { $0.thinner?.nextDue }.map { $0 + Self.heldBackGrace }
    }

    /// A frame that was left out is due after all: the stream stopped, or the viewer wants every frame now.
    package mutating func offerHeldBack(_ sequence: UInt64, byteCount: Int, lane index: LaneIndex, now: Int64) -> Offer
    {
        let isIdle = isIdle
        let offer = withLane(index) { $0.offerHeldBack(sequence, byteCount: byteCount, now: now, isIdle: isIdle) }
        note(offer, lane: index)
        return offer
    }

    /// A control frame is handed to the connection; frames wait until it is written.
    package mutating func controlWriteBegan() {
        writesInFlight += 1
    }

    /// A write, of a frame or a control frame, is complete.
    package mutating func writeCompleted(now: Int64) -> Next {
        precondition(writesInFlight > 0, "a write completed that never began")
        writesInFlight -= 1
        return waitingLanes == 0 ? .nothing : next(now: now)
    }

    /// When to ask for what is ``next(now:)``: a frame waits for its time, and for nothing else. `nil` when none does.
    package mutating func nextTime() -> Int64? {
        guard waitingLanes > 0, isIdle else { return nil }
        var earliest: Int64?
        for index in lanes {
            guard let time = withLane(index, { $0.hasWaiting ? $0.opensAt : nil }) else { continue }
            earliest = min(time, earliest ?? .max)
        }
        return earliest
    }

    /// Whether nothing is on its way to the viewer, so far as it acknowledges: what is asked of it now is answered after one round trip.
    package mutating func isLineFree() -> Bool {
        guard isIdle else { return false }
        for index in lanes where withLane(index, { $0.isOpen && !$0.isAllAcknowledged }) { return false }
        return true
    }

    /// Leaves a slow line free for what measures its round trip; until that is answered (``endHold()``), or for a while.
    package mutating func holdIfSlow(now: Int64) {
        for index in lanes {
            withLane(index) { if $0.isSlow { $0.hold(until: now + Self.longestMeasurement) } }
        }
    }

    /// What was held may go.
    package mutating func endHold() {
        for index in lanes { withLane(index) { $0.hold(until: .min) } }
    }

    /// The viewer told that it has every frame up to `sequence`; ask for what is ``next(now:)``. The first time turns the window on.
    package mutating func acknowledged(upTo sequence: UInt64, lane index: LaneIndex, now: Int64) {
        guard lanes.contains(index) else { return }
        let (roundTrip, isDraining) = (roundTrip, isDraining)
        withLane(index) { $0.acknowledged(upTo: sequence, at: now, roundTrip: roundTrip, isDraining: isDraining) }
    }

    /// Acknowledgements do not count any more.
    package mutating func stopAcknowledging(lane index: LaneIndex, now: Int64) -> Next {
        guard lanes.contains(index) else { return .nothing }
        withLane(index) { $0.stopAcknowledging() }
        return next(now: now)
    }

    /// Changes a stream's rate for this viewer; `nil` is every frame.
    package mutating func setRate(_ framesPerSecond: Double?, lane index: LaneIndex) {
        guard lanes.contains(index) else { return }
        withLane(index) { $0.setRate(framesPerSecond) }
    }

    /// Adds a stream; the answer is its index.
    package mutating func addLane() -> LaneIndex {
        for index in lanes where !withLane(index, { $0.isOpen }) {
            withLane(index) { $0 = OutboxLane() }
            return index
        }
        laneCount += 1
        if laneCount > 1 { otherLanes.append(OutboxLane()) }
        return laneCount - 1
    }

    /// Removes a stream. A frame of it that is being written is finished. Answers whether one waited, which is dropped.
    package mutating func removeLane(_ index: LaneIndex) -> Bool {
        let hadWaiting = withLane(index) { $0.close() }
        if hadWaiting { waitingLanes -= 1 }
        return hadWaiting
    }

    /// How many frames wait; they are cut off when the viewer leaves.
    package var waitingCount: Int { waitingLanes }

    private mutating func note(_ offer: Offer, lane index: LaneIndex) {
        switch offer {
        case .write:
            writesInFlight += 1
        case .waits:
            turn += 1
            waitingLanes += 1
            let turn = turn
            withLane(index) { $0.waitingSince = turn }
        case .replaced, .thinned, .stale:
            break
        }
    }

    /// Time has passed, or something was acknowledged.
    package mutating func next(now: Int64) -> Next {
        guard waitingLanes > 0 else { return .nothing }
        guard isIdle else { return .waits }
        var chosen: (lane: LaneIndex, since: UInt64)?
        for index in lanes {
            guard let since = withLane(index, { $0.isReady(at: now) ? $0.waitingSince : nil }) else { continue }
            if let chosen, chosen.since < since { continue }
            chosen = (index, since)
        }
        guard let chosen, let sequence = withLane(chosen.lane, { $0.begin(at: now) }) else { return .waits }
        waitingLanes -= 1
        writesInFlight += 1
        return .write(Turn(lane: chosen.lane, sequence: sequence))
    }

    private var lanes: Range<LaneIndex> { 0..<laneCount }

    @inline(__always)
    private mutating func withLane<Result>(_ index: LaneIndex, _ body: (inout OutboxLane) -> Result) -> Result {
        index == 0 ? body(&firstLane) : body(&otherLanes[index - 1])
    }
}
