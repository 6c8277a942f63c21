/// Says when the pictures of a file are due, so that they play as fast as they were taken.
package struct RealTimePacer: Sendable {
    /// Lagging by more than this, the schedule moves instead of rushing through what was missed.
    private static let patience: Int64 = 500_000

    private var origin: Int64?

    package init() {}

    /// When to show a picture.
    ///
    /// - Parameters:
    ///   - position: the picture's place on the ``MediaTimeline``, in microseconds.
    ///   - now: the present.
    package mutating func due(position: Int64, now: MonotonicTime) -> MonotonicTime {
        let start = origin ?? now.microseconds - position
        let due = start + position
        let moved = now.microseconds - due > RealTimePacer.patience
        origin = moved ? now.microseconds - position : start
        return moved ? now : MonotonicTime(microseconds: due)
    }
}
