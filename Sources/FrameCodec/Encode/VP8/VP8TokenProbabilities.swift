#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// How often each choice in the token trees was met, and how often it went the second way (RFC 6386, section 13).
struct VP8TokenStatistics {
    var total: [UInt32]
    var ones: [UInt32]
    /// How many frames' worth of tokens one that was counted stands for: 4 when every fourth row was.
    var weight: Int

    /// The bits that these tokens take with some probabilities.
    func cost(with probabilities: VP8TokenProbabilities) -> Double {
        var bits = 0.0
        for index in total.indices where total[index] > 0 {
            bits += BitCost.of(
                zeros: Double(total[index] - ones[index]),
                ones: Double(ones[index]),
                probability: probabilities.values[index]
            )
        }
        return bits * Double(weight)
    }
}

/// The probabilities of a frame's tokens: [block type][band][context][node], as in RFC 6386, section 13.4.
struct VP8TokenProbabilities: Equatable {
    static let count = 4 * 8 * 3 * 11

    private(set) var values: [UInt8]

    /// What a decoder starts every keyframe with.
    static let `default` = VP8TokenProbabilities(values: VP8Tables.defaultProbabilities)

    private init(values: [UInt8]) {
        self.values = values
    }

    /// The probabilities that fit a frame's statistics, where saying so costs less than it saves.
    init(learnedFrom statistics: VP8TokenStatistics) {
        self = .default
        let weight = Double(statistics.weight)
        for index in values.indices where statistics.total[index] > 0 {
            let ones = Double(statistics.ones[index]) * weight
            let zeros = Double(statistics.total[index]) * weight - ones
            let fitting = VP8Probability.of(zeros, in: zeros + ones)
            let update = VP8Tables.updateProbabilities[index]
            let price = 8 + BitCost.one(update) - BitCost.zero(update)
            let saving =
                BitCost.of(zeros: zeros, ones: ones, probability: values[index])
                - BitCost.of(zeros: zeros, ones: ones, probability: fitting)
            if saving > price { values[index] = fitting }
        }
    }
}

/// What a frame teaches the encoder about the next one.
struct VP8Experience {
    var probabilities: VP8TokenProbabilities
    /// How likely in 256 a macroblock is not skipped.
    var skipProbability: UInt8

    init(of size: PictureSize, _ statistics: VP8FrameStatistics) {
        probabilities = VP8TokenProbabilities(learnedFrom: statistics.tokens)
        let all = ((size.width + 15) / 16) * ((size.height + 15) / 16)
        skipProbability = VP8Probability.of(Double(all - statistics.skippedCount), in: Double(all))
    }
}

/// Probabilities as the boolean coder knows them.
enum VP8Probability {
    /// How likely in 256 something is that happened `count` times of `total`; never 0, which no decoder can go on with.
    static func of(_ count: Double, in total: Double) -> UInt8 {
        guard total > 0 else { return 255 }
        return UInt8(max(1, min(255, (count * 255 / total).rounded())))
    }
}

/// What coded booleans cost, in bits.
enum BitCost {
    private static let table: [Double] = (0...256).map { $0 == 0 ? 16 : 8 - log2(Double($0)) }

    /// A false of this probability.
    static func zero(_ probability: UInt8) -> Double { table[Int(probability)] }

    /// A true where false has this probability.
    static func one(_ probability: UInt8) -> Double { table[256 - Int(probability)] }

    /// Several of both.
    static func of(zeros: Double, ones: Double, probability: UInt8) -> Double {
        zeros * zero(probability) + ones * one(probability)
    }
}
