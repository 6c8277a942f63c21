/// How long to wait before the next attempt: exponential backoff with full jitter.
///
/// The delay before attempt `n` is evenly distributed between nothing and `min(limit, base × 2ⁿ)`, from the first
/// attempt on, so that many publishers that lost the same network do not come back in step. With the defaults:
///
/// | attempt | at most | on average | e.g. (`random` 0.1, 0.5, 0.9) |
/// |---|---|---|---|
/// | 1 | 0.25 s | 0.125 s | 0.025 s, 0.125 s, 0.225 s |
/// | 2 | 0.5 s | 0.25 s | 0.05 s, 0.25 s, 0.45 s |
/// | 3 | 1 s | 0.5 s | 0.1 s, 0.5 s, 0.9 s |
/// | 4 | 2 s | 1 s | 0.2 s, 1 s, 1.8 s |
/// | 5 and on | 4 s | 2 s | 0.4 s, 2 s, 3.6 s |
public struct Backoff: Hashable, Sendable {
    /// The first delay is at most this long. Default 0.25 s.
    public var base: Duration
    /// No delay is longer than this. Default 4 s: whoever watches sees a camera that is back within 6 s, with a second for
    /// connecting and one for the first keyframe; and an attempt every two seconds is nothing to a network.
    public var limit: Duration

    private var attempts = 0

    /// A backoff that no attempt has failed of yet.
    ///
    /// - Precondition: both are above zero, and `limit` is not below `base`.
    public init(base: Duration = .milliseconds(250), limit: Duration = .seconds(4)) {
        precondition(base > .zero && limit >= base, "A backoff needs 0 < base <= limit.")
        self.base = base
        self.limit = limit
    }

    /// The delay before the next attempt.
    ///
    /// - Parameter random: a number from 0 up to, but not including, 1, evenly distributed.
    public mutating func nextDelay(random: Double) -> Duration {
        precondition((0..<1).contains(random), "random must lie in 0..<1")
        defer { attempts += 1 }
        return ceiling * random
    }

    /// The longest delay that ``nextDelay(random:)`` can give now.
    public var ceiling: Duration {
        var ceiling = base
        for _ in 0..<attempts where ceiling < limit { ceiling *= 2 }
        return min(ceiling, limit)
    }

    /// Starts anew, after a period in which all was well.
    public mutating func reset() { attempts = 0 }
}
