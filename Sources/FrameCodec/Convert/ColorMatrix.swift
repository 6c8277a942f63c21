/// The linear map that turns the YUV numbers of one colour description into those of a WebP image.
///
/// With `du = u - 128` and `dv = v - 128`:
///
///     y' = luma * y + lumaFromU * du + lumaFromV * dv + lumaOffset
///     u' = uFromU * du + uFromV * dv + 128
///     v' = vFromU * du + vFromV * dv + 128
///
/// There is no chroma term from luma: grey is grey in every matrix.
struct ColorMatrix: Hashable {
    var luma = 1.0
    var lumaFromU = 0.0
    var lumaFromV = 0.0
    var lumaOffset = 0.0
    var uFromU = 1.0
    var uFromV = 0.0
    var vFromU = 0.0
    var vFromV = 1.0
}

extension ColorMatrix {
    /// The map from `source` to ``ColorDescription/webp``.
    init(from source: ColorDescription) {
        let (from, to) = (source.matrix.weights, ColorDescription.Matrix.bt601.weights)
        let (black, lumaSpan, chromaSpan) = source.range.levels
        let (toBlack, toLumaSpan, toChromaSpan) = ColorDescription.Range.limited.levels

        // What U and V alone contribute to red, green and blue (the inverse of the source's matrix), per unit of
        // chroma, -0.5 to 0.5; luma contributes 1 to each.
        let redFromV = 2 * (1 - from.red)
        let blueFromU = 2 * (1 - from.blue)
        let greenFromU = -blueFromU * from.blue / from.green
        let greenFromV = -redFromV * from.red / from.green

        // And what those are in BT.601.
        let yFromU = to.green * greenFromU + to.blue * blueFromU
        let yFromV = to.red * redFromV + to.green * greenFromV
        let uScale = 1 / (2 * (1 - to.blue))
        let vScale = 1 / (2 * (1 - to.red))

        luma = toLumaSpan / lumaSpan
        lumaFromU = yFromU * toLumaSpan / chromaSpan
        lumaFromV = yFromV * toLumaSpan / chromaSpan
        lumaOffset = toBlack - black * luma
        uFromU = (blueFromU - yFromU) * uScale * toChromaSpan / chromaSpan
        uFromV = -yFromV * uScale * toChromaSpan / chromaSpan
        vFromU = -yFromU * vScale * toChromaSpan / chromaSpan
        vFromV = (redFromV - yFromV) * vScale * toChromaSpan / chromaSpan
    }
}

extension ColorDescription.Matrix {
    /// How much red, green and blue weigh in luma (ITU-T H.273, table 4).
    fileprivate var weights: (red: Double, green: Double, blue: Double) {
        let (red, blue): (Double, Double) =
            switch self {
            case .bt601: (0.299, 0.114)
            case .bt709: (0.2126, 0.0722)
            case .bt2020: (0.2627, 0.0593)
            case .smpte240: (0.212, 0.087)
            case .fcc: (0.30, 0.11)
            }
        return (red, 1 - red - blue, blue)
    }
}

extension ColorDescription.Range {
    /// The number of black, and the spans of luma and of chroma.
    fileprivate var levels: (black: Double, luma: Double, chroma: Double) {
        switch self {
        case .limited: (16, 219, 224)
        case .full: (0, 255, 255)
        }
    }
}
