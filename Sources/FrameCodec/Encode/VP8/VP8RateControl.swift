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

    private var exponent = 0.9
    private var last: (step: Double, bytes: Double)?

    /// Measured from 0.9 to 1.5 % on three clips at indices 3 to 60.
    private static let slackShare = 0.012

    init(budget: Int) {
        self.budget = budget
    }

    /// Whether a file is so far from the budget that the frame is better coded again: at a scene's cut, or at the start.
    func isFarOff(_ bytes: Int, with used: VP8Quantizer) -> Bool {
        let ratio = Double(bytes) / Double(budget)
        return (ratio > 1.2 && used.index < VP8Quantizer.coarsest) || (ratio < 0.83 && used.index > 0)
    }

    /// Whether it has anything to go by.
    var hasSeenFrames: Bool { last != nil }

    /// Learns what a quantizer cost, and sets the next one.
    mutating func record(bytes: Int, of used: VP8Quantizer) {
        // As if there had been no slack.
        let size = log(Double(bytes)) + Double(used.slack) * Self.slackShare
        let step = log(Double(VP8Tables.steps[used.index]))
        if let last, abs(step - last.step) > 0.15 {
            let seen = (last.bytes - size) / (step - last.step)
            // A cut or a movement between two frames must not turn the model around.
            exponent += (min(1.6, max(0.4, seen)) - exponent) / 2
        }
        last = (step, size)
        choose(size: size, step: step)
    }

    private mutating func choose(size: Double, step: Double) {
        let goal = log(Double(budget))
        func expected(_ index: Int) -> Double { size - exponent * (log(Double(VP8Tables.steps[index])) - step) }
        // The coarsest index that is still expected at or above the goal; its slack takes away the rest.
        var index = 0
        while index < VP8Quantizer.coarsest, expected(index + 1) >= goal { index += 1 }
        let slack = ((expected(index) - goal) / Self.slackShare).rounded()
        quantizer = VP8Quantizer(index: index, slack: max(0, min(VP8Quantizer.slackSteps, Int(slack))))
    }
}
