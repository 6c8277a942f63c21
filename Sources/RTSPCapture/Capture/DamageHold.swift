/// Keeps pictures back that may be wrong: those that the decoder calls corrupt, and after a loss all that are built on
/// what was lost, up to the next keyframe.
///
/// A stream that has no keyframes (it refreshes the picture bit by bit) is shown again after ``limit``.
package struct DamageHold: Sendable {
    /// Longer than the longest usual distance of keyframes.
    package static let limit: Duration = .seconds(12)

    private var held: (sinceToken: Int64, sinceTime: MonotonicTime)?

    package init() {}

    /// Data is missing or damaged at, or right after, the coded picture `token`.
    package mutating func damaged(at token: Int64, now: MonotonicTime) {
        held = (token, held?.sinceTime ?? now)
    }

    /// Whether to show a picture.
    package mutating func admits(token: Int64, isKeyframe: Bool, isCorrupt: Bool, now: MonotonicTime) -> Bool {
        if isCorrupt {
            damaged(at: token, now: now)
        }
        guard let held else { return true }
        let isOver = held.sinceTime.duration(to: now) >= DamageHold.limit
        // Of the damage's own picture nothing is known for sure: the gap may be in it or right behind it.
        guard isOver || (isKeyframe && !isCorrupt && token > held.sinceToken) else { return false }
        self.held = nil
        return true
    }
}
