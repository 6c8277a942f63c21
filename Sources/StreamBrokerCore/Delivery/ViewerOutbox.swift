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
        /// The viewer's rate leaves it out.
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

    private struct Lane {
        var isOpen = true
        var lastOffered: UInt64 = 0
        var waiting: UInt64?
        var waitingSince: UInt64 = 0
        var thinner: FrameThinner?
        var window: AcknowledgementWindow?

        var isReady: Bool { waiting != nil && (window?.isOpen ?? true) }
    }

    private var lanes: [Lane]
    private var writesInFlight = 0
    private var turn: UInt64 = 0

    /// - Parameter laneCount: How many streams the viewer has at first.
    package init(laneCount: Int = 1) {
        lanes = Array(repeating: Lane(), count: laneCount)
    }

    /// Whether the wire is free, so that the next frame may go straight to the socket.
    package var isIdle: Bool { writesInFlight == 0 }

    /// A frame was published. `now` is in µs of a steady clock.
    package mutating func offer(_ sequence: UInt64, lane index: LaneIndex, now: Int64) -> Offer {
        guard lanes[index].isOpen, sequence > lanes[index].lastOffered else { return .stale }
        if lanes[index].thinner?.admits(at: now) == false { return .thinned }
        lanes[index].lastOffered = sequence
        if isIdle, lanes[index].window?.isOpen ?? true {
            // Idle and open means that nothing of this lane waits: it would have been written.
            begin(sequence, lane: index)
            return .write
        }
        if lanes[index].waiting == nil {
            turn += 1
            lanes[index].waitingSince = turn
            lanes[index].waiting = sequence
            return .waits
        }
        lanes[index].waiting = sequence
        return .replaced
    }

    /// A control frame is handed to the connection; frames wait until it is written.
    package mutating func controlWriteBegan() {
        writesInFlight += 1
    }

    /// A write, of a frame or a control frame, is complete. Answers what to write next.
    package mutating func writeCompleted() -> Turn? {
        precondition(writesInFlight > 0, "a write completed that never began")
        writesInFlight -= 1
        return next()
    }

    /// The viewer told that it has every frame up to `sequence`. The first time turns the window on.
    package mutating func acknowledged(
        upTo sequence: UInt64,
        lane index: LaneIndex
    ) -> Turn? {
        guard lanes.indices.contains(index), lanes[index].isOpen else { return nil }
        if lanes[index].window == nil { lanes[index].window = AcknowledgementWindow() }
        lanes[index].window?.acknowledged(upTo: sequence)
        return next()
    }

    /// Changes a stream's rate for this viewer; `nil` is every frame.
    package mutating func setRate(_ framesPerSecond: Double?, lane index: LaneIndex) {
        guard lanes.indices.contains(index) else { return }
        lanes[index].thinner = framesPerSecond.map(FrameThinner.init(framesPerSecond:))
    }

    /// Adds a stream; the answer is its index.
    package mutating func addLane() -> LaneIndex {
        if let free = lanes.firstIndex(where: { !$0.isOpen }) {
            lanes[free] = Lane()
            return free
        }
        lanes.append(Lane())
        return lanes.count - 1
    }

    /// Removes a stream. A frame of it that is being written is finished; one that waits is dropped and its number answered.
    package mutating func removeLane(_ index: LaneIndex) -> Bool {
        let hadWaiting = lanes[index].waiting != nil
        lanes[index] = Lane()
        lanes[index].isOpen = false
        return hadWaiting
    }

    /// How many frames wait; they are cut off when the viewer leaves.
    package var waitingCount: Int { lanes.reduce(0) { $0 + ($1.waiting == nil ? 0 : 1) } }

    private mutating func next() -> Turn? {
        guard isIdle else { return nil }
        var chosen: LaneIndex?
        for index in lanes.indices where lanes[index].isReady {
            if let current = chosen, lanes[current].waitingSince < lanes[index].waitingSince { continue }
            chosen = index
        }
        guard let chosen, let sequence = lanes[chosen].waiting else { return nil }
        lanes[chosen].waiting = nil
        begin(sequence, lane: chosen)
        return Turn(lane: chosen, sequence: sequence)
    }

    private mutating func begin(_ sequence: UInt64, lane index: LaneIndex) {
        writesInFlight += 1
        lanes[index].window?.sent(sequence)
    }
}
