/// How the numbers of a YUV picture mean colours.
public struct ColorDescription: Hashable, Sendable {
    /// The matrix between RGB and YUV.
    public enum Matrix: Hashable, Sendable {
        /// ITU-R BT.601: standard definition, and every lossy WebP and JPEG image.
        case bt601
        /// ITU-R BT.709: high definition.
        case bt709
        /// ITU-R BT.2020, non-constant luminance.
        case bt2020
        /// SMPTE 240M.
        case smpte240
        /// FCC 47 CFR 73.682.
        case fcc
    }

    /// The numbers that black and white have.
    public enum Range: Hashable, Sendable {
        /// Luma 16 to 235, chroma 16 to 240 ("TV").
        case limited
        /// 0 to 255 ("PC", JPEG).
        case full
    }

    /// The matrix between RGB and YUV.
    public var matrix: Matrix
    /// The numbers that black and white have.
    public var range: Range

    /// A colour description.
    public init(matrix: Matrix, range: Range) {
        self.matrix = matrix
        self.range = range
    }

    /// What a lossy WebP image means (RFC 9649, section 2.5; RFC 6386, section 9.2).
    public static let webp = ColorDescription(matrix: .bt601, range: .limited)
}
