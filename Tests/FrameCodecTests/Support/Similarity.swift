import FrameCodec
import Testing

/// How alike two pictures are to the eye: the structural similarity index of Wang et al. (2004), over windows of 8x8 samples,
/// four apart; 1 for the same picture.
enum Similarity {
    /// Of a picture's luma and of what libwebp makes of an image.
    static func ofLuma(_ picture: borrowing Picture, _ image: EncodedImage) throws -> Double {
        let decoded = try unwrap(DecodedPlanes(byLibwebp: image.bytes, image.size))
        return picture.withPlanes { y, _, _ in
            decoded.y.withUnsafeBufferPointer { other in
                var (sum, count) = (0.0, 0)
                for top in stride(from: 0, through: y.height - 8, by: 4) {
                    for left in stride(from: 0, through: y.width - 8, by: 4) {
                        sum += window(y, other, top, left)
                        count += 1
                    }
                }
                return sum / Double(count)
            }
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
