#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// Chooses quantizers so that files have a wanted size, from what the files before had.
///
/// The model: a file's size falls with a power of the quantizer's step, and by a fixed share with each step of slack. The power
/// depends on the footage, so it is learned; the slack's share hardly does.
struct VP8RateControl {
    /// The wanted size in bytes.
    let budget: Int
    /// The quantizer for the next frame.
    private(set) var quantizer = VP8Quantizer(index: 24)

    private var exponent = 0.75
    private var last: (step: Double, size: Double)?

    /// Measured from 0.9 to 1.5 % on three clips at indices 3 to 60.
    private static let slackShare = 0.012

    init(budget: Int) {
        self.budget = budget
    }

    /// Whether a file is so far from the budget that the frame is coded again. The keyframes of a camera's own codec are enough for
    /// that: on surveillance footage at a high quality they are 12 % smaller than their neighbours.
    func isFarOff(_ bytes: Int, with used: VP8Quantizer) -> Bool {
        let ratio = Double(bytes) / Double(budget)
        return (ratio > 1.045 && used.index < VP8Quantizer.coarsest) || (ratio < 0.955 && used.index > 0)
    }

    /// Whether it has anything to go by.
    var hasSeenFrames: Bool { last != nil }

    /// Learns what a quantizer cost, and sets the next one.
    mutating func record(bytes: Int, of used: VP8Quantizer) {
        // As if there had been no slack.
        let size = log(Double(bytes)) + Double(used.slack) * Self.slackShare
        let step = log(Double(VP8Tables.steps[used.index]))
        if let last, abs(step - last.step) > 0.05 {
            let seen = (last.size - size) / (step - last.step)
            // The wider apart the two, the more they tell. A cut or a movement between them must not turn the model around.
            exponent += (min(1.4, max(0.4, seen)) - exponent) * min(0.5, abs(step - last.step))
        }
        last = (step, size)
        choose(size: size, step: step, from: used.index)
    }

    private mutating func choose(size: Double, step: Double, from index: Int) {
        /// The slack that an index would need.
        func slack(_ index: Int) -> Double {
            let expected = size - exponent * (log(Double(VP8Tables.steps[index])) - step)
            return (expected - log(Double(budget))) / Self.slackShare
        }
        // The slack is foreseen better than a change of index, so the index stays while it can.
        var index = index
        while slack(index) > Double(VP8Quantizer.slackRange.upperBound), index < VP8Quantizer.coarsest { index += 1 }
        while slack(index) < Double(VP8Quantizer.slackRange.lowerBound), index > 0 { index -= 1 }
        let nearest = max(-1000, min(1000, slack(index).rounded()))
        quantizer = VP8Quantizer(
            index: index,
            slack: max(VP8Quantizer.slackRange.lowerBound, min(VP8Quantizer.slackRange.upperBound, Int(nearest)))
        )
    }
}
