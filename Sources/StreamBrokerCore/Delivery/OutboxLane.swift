/// One stream of a ``ViewerOutbox``: what the viewer has of it, what waits, and what the viewer wishes.
struct OutboxLane {
    private var lastOffered: UInt64 = 0
    private(set) var isOpen = true
    /// Whether the viewer takes frames as they come: no rate and no acknowledgements.
    private var takesAll = true
    private var waiting: UInt64?
    var waitingSince: UInt64 = 0
    private(set) var thinner: FrameThinner?
    private var window: AcknowledgementWindow?

    /// Whether a frame waits that the viewer may have.
    var isReady: Bool { waiting != nil && (window?.isOpen ?? true) }

    mutating func offer(_ sequence: UInt64, now: Int64, isIdle: Bool) -> ViewerOutbox.Offer {
        guard isOpen, sequence > lastOffered else { return .stale }
        if !takesAll, thinner?.admits(at: now) == false { return .thinned }
        return accept(sequence, isIdle: isIdle)
    }

    mutating func offerHeldBack(_ sequence: UInt64, now: Int64, isIdle: Bool) -> ViewerOutbox.Offer {
        guard isOpen, sequence > lastOffered else { return .stale }
        _ = thinner?.admits(at: now)
        return accept(sequence, isIdle: isIdle)
    }

    private mutating func accept(_ sequence: UInt64, isIdle: Bool) -> ViewerOutbox.Offer {
        lastOffered = sequence
        if isIdle, takesAll || window?.isOpen ?? true {
            // Idle and open means that nothing of this lane waits: it would have been written.
            if !takesAll { window?.sent(sequence) }
            return .write
        }
        defer { waiting = sequence }
        return waiting == nil ? .waits : .replaced
    }

    /// The frame that waited is written now.
    mutating func begin() -> UInt64? {
        guard let sequence = waiting.take() else { return nil }
        window?.sent(sequence)
        return sequence
    }

    mutating func acknowledged(upTo sequence: UInt64) {
        guard isOpen else { return }
        var window = window ?? AcknowledgementWindow()
        window.acknowledged(upTo: sequence)
        self.window = window
        takesAll = false
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
