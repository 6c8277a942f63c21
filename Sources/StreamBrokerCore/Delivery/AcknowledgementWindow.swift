/// How many frames of a stream a viewer may have without having told that it got them: two at most, and the second no sooner than it is
/// needed.
///
/// Two keep a line busy: one is on its way while the acknowledgement of the one before travels back. But on a slow line the second one
/// waits for the whole of the first, and grows old there instead of being replaced here. So it is sent only shortly
/// before the first is expected to be through. How long a frame takes is learned from the acknowledgements; the shortest of the
/// last few counts, which leaves out the time that a fast but distant viewer's acknowledgement is under way.
///
/// All times are in µs of one steady clock.
package struct AcknowledgementWindow: Sendable {
    package static let limit = 2
    /// How long before the end of the first frame the second is sent: what a read, a message and a timer may be late.
    package static let lead: Int64 = 50_000

    /// The longest that the second is held. A client that acknowledges a frame only when it sees the next one makes transfers look longer
    /// and longer, and would be sent less and less.
    package static let longestHold: Int64 = 500_000

    private struct Unacknowledged {
        var sequence: UInt64
        var sentAt: Int64
    }

    private var older: Unacknowledged?
    private var newer: Unacknowledged?
    private var lastAcknowledgement: Int64 = .min
    /// How long the last four frames took once those before them were through.
    private var transferTimes = SIMD4<Int32>()
    private var hasTransferTimes = false

    package init() {}

    package func isOpen(at now: Int64) -> Bool { now >= opensAt ?? .max }

    /// From when on another frame may be sent; `nil` when only an acknowledgement can open the window.
    package var opensAt: Int64? {
        if older != nil, newer != nil { return nil }
        guard let first = newer ?? older else { return .min }
        let begun = max(first.sentAt, lastAcknowledgement)
        return min(begun + Int64(transferTimes.min()) - Self.lead, first.sentAt + Self.longestHold)
    }

    package mutating func sent(_ sequence: UInt64, at now: Int64) {
        if newer != nil { older = newer }
        newer = Unacknowledged(sequence: sequence, sentAt: now)
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
        guard let arrived else { return }
        note(now - max(arrived.sentAt, lastAcknowledgement))
        lastAcknowledgement = now
    }

    private mutating func note(_ transferTime: Int64) {
        let time = Int32(clamping: max(0, transferTime))
        let times = hasTransferTimes ? transferTimes : SIMD4(repeating: time)
        hasTransferTimes = true
        transferTimes = SIMD4(time, times[0], times[1], times[2])
    }
}
