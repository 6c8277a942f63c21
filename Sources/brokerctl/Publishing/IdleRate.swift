import RTSPCapture

/// Decides at what rate a camera is sent, by how many watch.
///
/// After the last viewer is gone for the linger, one frame a second is enough: it keeps the stream's latest picture fresh, and its answer
/// tells when somebody comes.
package struct IdleRate: Sendable {
    package typealias Instant = ContinuousClock.Instant

    /// The rate while nobody watches.
    package static let framesPerSecond: Double = 1
    /// How long the last viewer must be gone: who only loads the page anew finds it as it was.
    package static let linger: Duration = .seconds(5)

    private var lastWatched: Instant

    /// - Parameter now: The beginning counts as somebody's visit.
    package init(now: Instant) {
        lastWatched = now
    }

    /// So many watch, as far as is known now.
    ///
    /// - Returns: The most frames per second; `nil` for all of them.
    package mutating func limit(viewers: Int, now: Instant) -> Double? {
        guard viewers == 0 else {
            lastWatched = now
            return nil
        }
        return lastWatched.duration(to: now) < Self.linger ? nil : Self.framesPerSecond
    }
}
