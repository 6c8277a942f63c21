/// Whether a request's body comes fast enough. A deadline for the gap between two pieces would be met by one byte at a time.
package struct BodyPace: Hashable, Sendable {
    /// The least bytes per second, on average since the head.
    package var minimumBytesPerSecond: Int
    /// How long after the head the pace is not looked at: a line may be slow to begin.
    package var grace: Duration

    package init(minimumBytesPerSecond: Int, grace: Duration) {
        self.minimumBytesPerSecond = minimumBytesPerSecond
        self.grace = grace
    }

    /// - Parameters:
    ///   - received: Bytes of the body so far.
    ///   - elapsed: Since the head was whole.
    package func isTooSlow(received: Int, elapsed: Duration) -> Bool {
        guard elapsed > grace else { return false }
        let seconds = Double(elapsed.components.seconds) + Double(elapsed.components.attoseconds) / 1e18
        return Double(received) < seconds * Double(minimumBytesPerSecond)
    }
}
