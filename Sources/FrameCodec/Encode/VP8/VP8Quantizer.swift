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
    /// How much less than measured best is rounded up, within ``slackRange``: sizes of file between those of two indices.
    var slack: Int

    /// The coarsest index.
    static let coarsest = 127
    /// Enough to reach over the widest gaps between two indices, which are at the fine end.
    static let slackRange = -6...10

    init(index: Int, slack: Int = 0) {
        self.index = index
        self.slack = slack
    }

    /// Rounding down more than up makes zeros, which cost least; the later a coefficient, the less it is worth its bits. Measured
    /// on four clips at equal SSIM; around these numbers the curve is flat.
    var luma: Rounding { Rounding(first: less(110), second: less(120), last: less(65)) }
    var chroma: Rounding { Rounding(first: less(118), second: less(105), last: less(75)) }
    var y2: Rounding { Rounding(first: 128, second: 110, last: 110) }

    /// What is added to the index for chroma. With it, chroma is as near to the picture as libwebp's where luma is, for 1 % of bytes.
    var chromaDelta: Int { -min(15, index / 5) }

    /// What a bit of a mode is worth, in absolute difference, in 1/16 of the step.
    var modeLambda: Int { 4 }

    /// Strength of the loop filter, 0 to 63. It hides the blocks' edges, and they are as high as the steps are. Measured: SSIM at
    /// equal size is best, and flat, from 0.4 to 0.6 times the index.
    var filterLevel: Int { min(63, (index + 1) / 2) }

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
    /// Where libwebp's method 0 at a quality has the SSIM that this encoder has at an index: measured on four clips, whose means
    /// these are. Above 50 the clips are within 6 of an index of them.
    private static let indexByQuality: [(quality: Float, index: Float)] = [
        (0, 127), (5, 90), (10, 80), (20, 67), (30, 57), (40, 51), (50, 45), (60, 38.5), (70, 33), (75, 29.5),
        (80, 24.5),
        (85, 16.6), (90, 10.5), (95, 4), (98, 1), (100, 0),
    ]

    /// The quantizer that gives about the SSIM of libwebp's method 0 at a quality of 0 to 100.
    init(quality: Float) {
        let table = Self.indexByQuality
        let upper = max(1, table.firstIndex { $0.quality >= quality } ?? table.count - 1)
        let (low, high) = (table[upper - 1], table[upper])
        let share = (quality - low.quality) / (high.quality - low.quality)
        self.init(index: Int((low.index + (high.index - low.index) * share).rounded()))
    }
}
