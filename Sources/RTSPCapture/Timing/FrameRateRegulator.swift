/// Thins pictures to a target rate by their presentation time.
///
/// A source that is slower than the target, or just as fast, is passed on as it is: nothing is ever added. Of a faster
/// one the pictures nearest to an even grid are kept, so that 30 to 15 keeps every second and 25 to 20 four of five.
/// Timestamps that jump, go back or are missing start the grid anew and never stop the stream.
package struct FrameRateRegulator: Sendable {
    /// A source within 1 % of the target counts as just as fast: no two clocks agree, and a camera that says 30 and
    /// makes 30.01 would lose a picture now and then.
    private static let equalRates = 0.99
    /// A step longer than this is a jump, not a slow camera.
    private static let jump: Double = 60_000_000

    /// Microseconds between pictures at the target rate.
    private let target: Double
    /// The smoothed interval of the source.
    private var sourceInterval: Double?
    private var last: Int64?
    /// Where the next picture of the grid lies.
    private var due: Double?

    /// - Parameter framesPerSecond: the target, above 0.
    package init(framesPerSecond: Double) {
        precondition(framesPerSecond > 0, "A frame rate is above 0.")
        target = 1_000_000 / framesPerSecond
    }

    /// Whether to pass a picture on.
    ///
    /// - Parameter timestamp: its presentation time in microseconds; nil when there is none, which counts as one
    ///   interval of the source after the last.
    package mutating func admits(_ timestamp: Int64?) -> Bool {
        let time = timestamp ?? last.map { $0 &+ Int64(sourceInterval ?? target) } ?? 0
        defer { last = time }
        guard let last else { return anchor(at: time) }
        let step = Double(time) - Double(last)
        guard step > 0, step <= FrameRateRegulator.jump else { return anchor(at: time) }
        measure(step)
        guard let due, let sourceInterval else { return anchor(at: time) }
        let now = Double(time)
        // When the grid's point is long past (the source was slow for a while) the grid moves, or pictures would come
        // in a row.
        let next = max(due + target, now + target / 2)
        guard sourceInterval < target * FrameRateRegulator.equalRates else {
            // Nor may it run ahead of a source that is a little faster, or that would lose many pictures once it counts
            // as such.
            self.due = min(next, now + target)
            return true
        }
        // Of two pictures around a point of the grid the nearer one is taken.
        guard now + min(sourceInterval, target) / 2 >= due else { return false }
        self.due = next
        return true
    }

    private mutating func anchor(at time: Int64) -> Bool {
        due = Double(time) + target
        return true
    }

    private mutating func measure(_ step: Double) {
        guard let smoothed = sourceInterval else {
            sourceInterval = step
            return
        }
        // A gap of lost or late pictures says nothing about the rate; a camera that really slowed down does so again
        // and again.
        let bounded = min(step, smoothed * 4)
        sourceInterval = smoothed + (bounded - smoothed) / 8
    }
}
