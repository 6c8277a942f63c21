import Foundation

/// What an encoder makes of some footage at one quality, on the mean of a picture.
struct Point {
    var quality: Float
    var bytes = 0.0
    /// Structural similarity of luma, in dB.
    var ssim = 0.0
    var lumaPSNR = 0.0
    var chromaPSNR = 0.0
    /// CPU time of all threads, and time that went by, in ms.
    var cpu = 0.0
    var wall = 0.0
}

/// A contender's points on one clip.
struct Curve {
    var clip: String
    var contender: Contender
    var points: [Point]

    /// A number where the curve has a similarity, between two points in proportion; nil outside of them.
    func value(of number: (Point) -> Double, atSimilarity ssim: Double) -> Double? {
        let sorted = points.sorted { $0.ssim < $1.ssim }
        for (low, high) in zip(sorted, sorted.dropFirst()) where low.ssim <= ssim && ssim <= high.ssim {
            let share = high.ssim == low.ssim ? 0 : (ssim - low.ssim) / (high.ssim - low.ssim)
            return number(low) + (number(high) - number(low)) * share
        }
        return nil
    }

    /// Bytes at a similarity. Between two points a file grows in proportion, so their logarithms are what is in line.
    func bytes(atSimilarity ssim: Double) -> Double? {
        value(of: { log($0.bytes) }, atSimilarity: ssim).map { exp($0) }
    }
}
