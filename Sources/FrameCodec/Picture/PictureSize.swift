/// Width and height of a picture in pixels, each at least 1.
public struct PictureSize: Hashable, Sendable {
    /// Pixels in a row.
    public let width: Int
    /// Rows.
    public let height: Int

    /// Largest width and height that a WebP image can have (RFC 9649, section 2.5: 14 bits each).
    public static let webpLimit = 16383

    /// A size, or nil when a side is below 1 or above what libav can count.
    public init?(width: Int, height: Int) {
        guard width >= 1, height >= 1, width <= Int(Int32.max), height <= Int(Int32.max) else { return nil }
        self.width = width
        self.height = height
    }

    /// Number of pixels.
    public var area: Int { width * height }

    /// The size of the colour planes of a 4:2:0 picture of this size: half, rounded up.
    package var chroma420: PictureSize { PictureSize(width: (width + 1) / 2, height: (height + 1) / 2)! }
}

extension PictureSize: CustomStringConvertible {
    /// As in `1280x720`.
    public var description: String { "\(width)x\(height)" }
}
