#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// How finely a frame is quantized, and what follows from that.
struct VP8Quantizer: Equatable {
    /// What is added before a quotient is cut off, in 1/256, from a block's first to its last coefficient.
    struct Rounding: Equatable {
        var first: UInt8
        var second: UInt8
        var last: UInt8
    }

    /// 0 (finest) to 127.
    var index: Int
    /// How much less than measured best the rounding is, 0 to ``slackSteps``: between two indices lie as many sizes of file.
    var slack: Int

    /// The coarsest index.
    static let coarsest = 127
    /// How many roundings there are for each index.
    static let slackSteps = 8

    init(index: Int, slack: Int = 0) {
        self.index = index
        self.slack = slack
    }

    /// Rounding down more than up makes zeros, which cost least. Measured on four clips at equal SSIM; the later a coefficient,
    /// the less it is worth its bits.
    var luma: Rounding { Rounding(first: less(110), second: less(110), last: less(90)) }
    var chroma: Rounding { Rounding(first: less(110), second: less(90), last: less(60)) }
    var y2: Rounding { Rounding(first: 120, second: 100, last: 100) }

    /// What a bit of a mode is worth, in absolute difference, in 1/16 of the step.
    var modeLambda: Int { 3 }

    /// Strength of the loop filter, 0 to 63. It hides the blocks' edges, and they are as high as the steps are. Measured: SSIM at
    /// equal size is best, and flat, from 0.4 to 0.6 times the index.
    var filterLevel: Int { min(63, (index * 29 + 32) / 64) }

    private func less(_ value: Int) -> UInt8 { UInt8(value - slack * 4) }
}

extension VP8Quantizer: Comparable {
    /// Whether `left` is finer.
    static func < (left: VP8Quantizer, right: VP8Quantizer) -> Bool {
        (left.index, left.slack) < (right.index, right.slack)
    }

    /// A quantizer whose index is higher.
    func coarser(by steps: Int) -> VP8Quantizer {
        VP8Quantizer(index: min(Self.coarsest, index + steps), slack: slack)
    }
}

extension VP8Quantizer {
    /// The quantizer that gives about the SSIM of libwebp's method 0 at a quality of 0 to 100.
    init(quality: Float) {
        self.init(index: max(0, min(127, Int((100 - quality) * 1.2))))
    }
}
