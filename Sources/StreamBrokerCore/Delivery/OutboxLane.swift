/// One stream of a ``ViewerOutbox``: what the viewer has of it, what waits, and what the viewer wishes.
struct OutboxLane {
    private(set) var lastOffered: UInt64 = 0
    private(set) var isOpen = true
    /// Whether the viewer takes frames as they come: no rate and no acknowledgements.
    private(set) var takesAll = true
    private var lastWritten: UInt64 = 0
    private var lastWrittenByteCount = 0
    private var waiting: UInt64?
    private var waitingByteCount = 0
    var waitingSince: UInt64 = 0
    private(set) var thinner: FrameThinner?
    private var window: AcknowledgementWindow?

    var hasWaiting: Bool { waiting != nil }

    /// From when on the viewer may have the next frame; `nil` when an acknowledgement must come first.
    var opensAt: Int64? {
        guard let window else { return .min }
        return window.opensAt
    }

    /// Whether a frame waits that the viewer may have.
    func isReady(at now: Int64) -> Bool { waiting != nil && (window?.isOpen(at: now) ?? true) }

    /// Whether the viewer is known to have everything that it was sent.
    var isAllAcknowledged: Bool { window?.isEmpty ?? false }

    mutating func offer(_ sequence: UInt64, byteCount: Int, now: Int64, isIdle: Bool) -> ViewerOutbox.Offer {
        guard isOpen, sequence > lastOffered else { return .stale }
        if !takesAll, thinner?.admits(at: now) == false { return .thinned }
        return accept(sequence, byteCount: byteCount, now: now, isIdle: isIdle)
    }

    mutating func offerHeldBack(_ sequence: UInt64, byteCount: Int, now: Int64, isIdle: Bool) -> ViewerOutbox.Offer {
        guard isOpen, sequence > lastOffered else { return .stale }
        _ = thinner?.admits(at: now)
        return accept(sequence, byteCount: byteCount, now: now, isIdle: isIdle)
    }

    private mutating func accept(_ sequence: UInt64, byteCount: Int, now: Int64, isIdle: Bool) -> ViewerOutbox.Offer {
        lastOffered = sequence
        if isIdle, waiting == nil, takesAll || window?.isOpen(at: now) ?? true {
            noteWritten(sequence, byteCount: byteCount, at: now)
            return .write
        }
        defer {
            waiting = sequence
            waitingByteCount = byteCount
        }
        return waiting == nil ? .waits : .replaced
    }

    /// Frames were written that were not offered; the last of about so many bytes.
    mutating func wrote(upTo sequence: UInt64, byteCount: Int) {
        guard sequence > lastOffered else { return }
        lastOffered = sequence
        lastWritten = sequence
        lastWrittenByteCount = byteCount
    }

    private mutating func noteWritten(_ sequence: UInt64, byteCount: Int, at now: Int64) {
        lastWritten = sequence
        lastWrittenByteCount = byteCount
        window?.sent(sequence, byteCount: byteCount, at: now)
    }

    /// The frame that waited is written now.
    mutating func begin(at now: Int64) -> UInt64? {
        guard let sequence = waiting.take() else { return nil }
        noteWritten(sequence, byteCount: waitingByteCount, at: now)
        return sequence
    }

    mutating func acknowledged(upTo sequence: UInt64, at now: Int64, roundTrip: Int64, isDraining: Bool) {
        guard isOpen else { return }
        var window = window ?? firstWindow(acknowledged: sequence, at: now)
        window.roundTrip = roundTrip
        window.isDraining = isDraining
        window.acknowledged(upTo: sequence, at: now)
        self.window = window
        takesAll = false
    }

    private func firstWindow(acknowledged sequence: UInt64, at now: Int64) -> AcknowledgementWindow {
        guard lastWritten > sequence else { return AcknowledgementWindow() }
        return AcknowledgementWindow(behind: lastWritten, byteCount: lastWrittenByteCount, at: now)
    }

    mutating func setDraining(_ isDraining: Bool) {
        window?.isDraining = isDraining
    }

    /// Whether the viewer is known to be on a slow line.
    var isSlow: Bool { window?.isSlow ?? false }

    mutating func hold(until time: Int64) {
        window?.heldUntil = time
    }

    mutating func stopAcknowledging() {
        window = nil
        takesAll = thinner == nil
    }

    mutating func setRate(_ framesPerSecond: Double?) {
        thinner = framesPerSecond.map(FrameThinner.init(framesPerSecond:))
        takesAll = thinner == nil && window == nil
    }

    /// Answers whether a frame waited, which is dropped.
    mutating func close() -> Bool {
        let hadWaiting = waiting != nil
        self = OutboxLane()
        isOpen = false
        return hadWaiting
    }
}
