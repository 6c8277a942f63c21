package import FrameCodec

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// How near a decoded picture is to the one that went in.
package struct Similarity {
    /// The structural similarity index of Wang et al. (2004) of luma, over windows of 8x8 samples, four apart; 1 for the same
    /// picture.
    package let ssim: Double
    /// Peak signal to noise ratio of luma in dB.
    package let lumaPSNR: Double
    /// Of both chroma planes together.
    package let chromaPSNR: Double

    /// The index in dB, as curves show it: each halving of what is lost is 3 more.
    package var ssimDecibels: Double { -10 * log10(max(1e-9, 1 - ssim)) }

    /// Compares a picture of at least 8x8 with what a decoder made of it.
    package init(_ picture: borrowing Picture, _ decoded: DecodedPlanes) {
        (ssim, lumaPSNR, chromaPSNR) = picture.withPlanes { y, u, v in
            let luma = Self.squares(y, decoded.y)
            let chroma = Self.squares(u, decoded.u) + Self.squares(v, decoded.v)
            return (
                Self.similarity(y, decoded.y),
                Self.decibels(luma, y.width * y.height),
                Self.decibels(chroma, 2 * u.width * u.height)
            )
        }
    }

    private static func decibels(_ squares: Int, _ count: Int) -> Double {
        squares == 0 ? 99 : 10 * log10(65025 * Double(count) / Double(squares))
    }

    private static func squares(_ plane: Plane, _ other: [UInt8]) -> Int {
        other.withUnsafeBufferPointer { other in
            var sum = 0
            for row in 0..<plane.height {
                let line = plane[row: row]
                for column in 0..<plane.width {
                    let difference = Int(line[column]) - Int(other[row * plane.width + column])
                    sum += difference * difference
                }
            }
            return sum
        }
    }

    private static func similarity(_ plane: Plane, _ other: [UInt8]) -> Double {
        other.withUnsafeBufferPointer { other in
            var (sum, count) = (0.0, 0)
            for top in stride(from: 0, through: plane.height - 8, by: 4) {
                for left in stride(from: 0, through: plane.width - 8, by: 4) {
                    sum += window(plane, other, top, left)
                    count += 1
                }
            }
            return sum / Double(count)
        }
    }

    private static func window(_ plane: Plane, _ other: UnsafeBufferPointer<UInt8>, _ top: Int, _ left: Int) -> Double {
        var (a, b, squares, products) = (0, 0, 0, 0)
        for row in top..<(top + 8) {
            let line = plane[row: row]
            for column in left..<(left + 8) {
                let (p, q) = (Int(line[column]), Int(other[row * plane.width + column]))
                a += p
                b += q
                squares += p * p + q * q
                products += p * q
            }
        }
        // The constants are (0.01 * 255)² and (0.03 * 255)², times what the sums are larger than means.
        let (c1, c2) = (6.5025 * 64 * 64, 58.5225 * 64 * 63)
        let (sumOfSquares, product) = (Double(a * a + b * b), Double(a * b))
        let variance = Double(squares * 64) - sumOfSquares
        let covariance = Double(products * 64) - product
        return (2 * product + c1) * (2 * covariance + c2) / ((sumOfSquares + c1) * (variance + c2))
    }
}
