import FrameCodec
import Testing

/// The fixed-point map of the planes against the standards' formulas in floating point, by way of RGB.
@Suite struct ColorMatrixTests {
    private static let weights: [(ColorDescription.Matrix, red: Double, blue: Double)] = [
        (.bt601, 0.299, 0.114), (.bt709, 0.2126, 0.0722), (.bt2020, 0.2627, 0.0593), (.smpte240, 0.212, 0.087),
        (.fcc, 0.30, 0.11),
    ]

    /// What ITU-R BT.601 makes of the colour that a sample of `source` means.
    private static func reference(
        _ y: Double,
        _ u: Double,
        _ v: Double,
        _ red: Double,
        _ blue: Double,
        _ range: ColorDescription.Range
    ) -> (Double, Double, Double) {
        let luma = range == .full ? y / 255 : (y - 16) / 219
        let cb = (u - 128) / (range == .full ? 255 : 224)
        let cr = (v - 128) / (range == .full ? 255 : 224)
        let r = luma + 2 * (1 - red) * cr
        let b = luma + 2 * (1 - blue) * cb
        let g = (luma - red * r - blue * b) / (1 - red - blue)
        let luma601 = 0.299 * r + 0.587 * g + 0.114 * b
        func clamp(_ value: Double) -> Double { min(255, max(0, value)) }
        return (
            clamp(16 + 219 * luma601),
            clamp(128 + 224 * (b - luma601) / 1.772),
            clamp(128 + 224 * (r - luma601) / 1.402)
        )
    }

    @Test(arguments: weights, [ColorDescription.Range.limited, .full])
    func everySampleIsWithinOneOfTheFormula(
        matrix: (ColorDescription.Matrix, red: Double, blue: Double),
        range: ColorDescription.Range
    ) throws {
        // 16 x 16 chroma values, each with four luma values; 9 pairs of them make the whole of the cube's grid.
        let grid = stride(from: 0, through: 255, by: 17).map { UInt8($0) }
        var worst = 0.0
        for lumas in stride(from: 0, to: 16, by: 4) {
            let size = try #require(PictureSize(width: 32, height: 32))
            var picture = try Picture(blank: size, colorDescription: .init(matrix: matrix.0, range: range))
            try picture.withMutablePlanes { y, u, v in
                for row in 0..<32 {
                    for column in 0..<32 { y[row: row][column] = grid[lumas + row % 2 * 2 + column % 2] }
                }
                for row in 0..<16 {
                    for column in 0..<16 {
                        u[row: row][column] = grid[column]
                        v[row: row][column] = grid[row]
                    }
                }
            }
            var converter = PictureConverter()
            let converted = try converter.convert(picture)
            let color = converted.colorDescription
            #expect(color == .webp)
            converted.withPlanes { y, u, v in
                for row in 0..<32 {
                    for column in 0..<32 {
                        let expected = Self.reference(
                            Double(grid[lumas + row % 2 * 2 + column % 2]),
                            Double(grid[column / 2]),
                            Double(grid[row / 2]),
                            matrix.red,
                            matrix.blue,
                            range
                        )
                        worst = max(
                            worst,
                            abs(expected.0 - Double(y[row: row][column])),
                            abs(expected.1 - Double(u[row: row / 2][column / 2])),
                            abs(expected.2 - Double(v[row: row / 2][column / 2]))
                        )
                    }
                }
            }
        }
        // Half of one is rounding, the rest is fixed point.
        #expect(worst <= 0.7, "off by \(worst)")
    }

    @Test func aPictureThatIsRightPassesUntouched() throws {
        let size = try #require(PictureSize(width: 64, height: 48))
        var converter = PictureConverter()
        let picture = try Texture.picture(size)
        let before = picture.withPlanes { y, _, _ in UInt(bitPattern: y.pointer) }
        let isNeeded = PictureConverter.isNeeded(for: picture)
        #expect(!isNeeded)
        let after = try converter.convert(picture, to: size).withPlanes { y, _, _ in UInt(bitPattern: y.pointer) }
        #expect(before == after)
    }
}
