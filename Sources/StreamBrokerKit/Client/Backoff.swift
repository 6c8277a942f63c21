/// How long to wait before trying again: exponential, with full jitter.
///
/// Attempt `n` (from 0) waits between 0 and `min(maximum, initial × 2ⁿ)`, so that many clients of one broker that comes back do not
/// all come at once. With the values of a publisher, 0.25 s and 2 s, the upper bounds are 0.25, 0.5, 1, 2, 2, … seconds.
package struct Backoff: Sendable, Hashable {
    /// The upper bound of the first wait.
    package var initial: Duration
    /// The upper bound of every wait.
    package var maximum: Duration

    package init(initial: Duration, maximum: Duration) {
        self.initial = initial
        self.maximum = maximum
    }

    /// The wait before attempt number `attempt`, counted from 0.
    ///
    /// - Parameter jitter: A random number from 0 to 1.
    package func delay(attempt: Int, jitter: Double) -> Duration {
        var bound = initial
        var doublings = 0
        // Doubling stops at the maximum, long before a Duration could overflow.
        while doublings < attempt, bound < maximum {
            bound *= 2
            doublings += 1
        }
        return min(bound, maximum) * jitter
    }
}
