/// Lets through at most so many frames a second, evenly, by their time of arrival.
///
/// The due time advances by whole intervals, so that the average is right even when frames come a little early or late.
package struct FrameThinner: Sendable {
    private let interval: Int64
    /// When the next frame goes through (µs of the caller's clock); `nil` before the first.
    package private(set) var nextDue: Int64?

    /// - Precondition: `framesPerSecond` is above 0.
    package init(framesPerSecond: Double) {
        precondition(framesPerSecond > 0)
        interval = Int64(min(1_000_000 / framesPerSecond, 1e15))
    }

    /// Whether a frame that comes at `now` (µs of any steady clock) goes through.
    package mutating func admits(at now: Int64) -> Bool {
        guard let due = nextDue else {
            nextDue = now + interval
            return true
        }
        // A tenth of the interval early is on time: sources jitter.
        guard now + interval / 10 >= due else { return false }
        // After a pause, the next interval counts from now and not from the past.
        nextDue = now - due > interval ? now + interval : due + interval
        return true
    }
}
