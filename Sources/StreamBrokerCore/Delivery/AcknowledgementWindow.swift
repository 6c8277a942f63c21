/// How many frames of a stream a viewer may have without having told that it got them: two at most, and the second no sooner than it is
/// needed.
///
/// Two keep a line busy: one is on its way while the acknowledgement of the one before travels back. But on a slow line the second one
/// waits for the whole of the first, and grows old there instead of being replaced here. So it is sent only one round trip
/// before the acknowledgement of the first is expected: it then comes to the line when the line is free. How long a byte takes there is
/// learned from the acknowledgements, the round trip by whoever owns the window (``RoundTripMeter``).
///
/// All times are in µs of one steady clock.
package struct AcknowledgementWindow: Sendable {
    package static let limit = 2
    /// The second is sent this much earlier than that: what a read, a message and a timer may be late.
    package static let allowance: Int64 = 3_000

    /// A line on which frames take longer than this is slow.
    package static let slowTransfer: Int64 = 30_000

    /// The longest that the second is held. A client that acknowledges a frame only when it sees the next one makes transfers look longer
    /// and longer, and would be sent less and less.
    package static let longestHold: Int64 = 500_000

    private struct Unacknowledged {
        var sequence: UInt64
        var byteCount: Int
        var sentAt: Int64
    }

    /// How long a message and its answer are under way while the line is free.
    package var roundTrip: Int64 = 0
    /// Whether the second waits until the first is acknowledged, so that the round trip can be measured.
    package var isDraining = false
    /// Until when nothing is sent, so that what measures the round trip has the line for itself.
    package var heldUntil: Int64 = .min

    private var older: Unacknowledged?
    private var newer: Unacknowledged?
    private var lastAcknowledgement: Int64 = .min
    /// Of the last four frames: how long each was on the line, and how large it was.
    private var transferTimes = SIMD4<Float>()
    private var byteCounts = SIMD4<Float>()

    package init() {}

    /// A window for a viewer that was sent frames before it acknowledged any. They count as one: what comes next is to find none of them
    /// on the line.
    package init(behind sequence: UInt64, byteCount: Int, at now: Int64) {
        newer = Unacknowledged(sequence: sequence, byteCount: byteCount, sentAt: now)
    }

    package func isOpen(at now: Int64) -> Bool { now >= opensAt ?? .max }

    /// From when on another frame may be sent; `nil` when only an acknowledgement can open the window.
    package var opensAt: Int64? {
        if older != nil, newer != nil { return nil }
        guard let first = newer ?? older else { return heldUntil }
        return max(heldUntil, opensAfter(first))
    }

    private func opensAfter(_ first: Unacknowledged) -> Int64 {
        let longest = first.sentAt + Self.longestHold
        if isDraining { return longest }
        guard byteCounts[0] > 0 else { return .min }
        let expected = transferTimes.sum() / byteCounts.sum() * Float(first.byteCount)
        let through = lineIsReached(by: first) + Int64(min(expected, Float(2 * Self.longestHold)))
        return min(through - roundTrip - Self.allowance, longest)
    }

    /// When the acknowledgement of a frame would come whose transfer takes no time.
    private func lineIsReached(by frame: Unacknowledged) -> Int64 {
        max(frame.sentAt + roundTrip, lastAcknowledgement)
    }

    /// Whether a frame takes so long that what comes behind it is late for that.
    package var isSlow: Bool { transferTimes.sum() > 4 * Float(Self.slowTransfer) }

    /// Whether everything that was sent is acknowledged, so that nothing is on the line.
    package var isEmpty: Bool { older == nil && newer == nil }

    package mutating func sent(_ sequence: UInt64, byteCount: Int, at now: Int64) {
        if newer != nil { older = newer }
        newer = Unacknowledged(sequence: sequence, byteCount: byteCount, sentAt: now)
    }

    /// An acknowledgement covers every frame up to its sequence.
    package mutating func acknowledged(upTo sequence: UInt64, at now: Int64) {
        // The newest that is covered is the one that has just arrived.
        var arrived: Unacknowledged?
        if let first = older, first.sequence <= sequence {
            arrived = first
            older = nil
        }
        if let second = newer, second.sequence <= sequence {
            arrived = second
            newer = nil
        }
        defer { lastAcknowledgement = now }
        guard let arrived else { return }
        let transferTime = Float(max(0, now - lineIsReached(by: arrived)))
        transferTimes = SIMD4(transferTime, transferTimes[0], transferTimes[1], transferTimes[2])
        byteCounts = SIMD4(Float(max(1, arrived.byteCount)), byteCounts[0], byteCounts[1], byteCounts[2])
    }
}
