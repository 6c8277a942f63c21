/// Width and height in pixels.
public struct ImageDimensions: Hashable, Sendable {
    /// Pixels per row.
    public var width: Int
    /// Rows.
    public var height: Int

    /// Makes dimensions from a width and a height in pixels.
    public init(width: Int, height: Int) {
        self.width = width
        self.height = height
    }

    /// 3840 × 2160: what the broker accepts unless told otherwise.
    public static let defaultMaximum = ImageDimensions(width: 3840, height: 2160)

    /// Whether both sides are above 0 and the number of pixels is not above that of `maximum`, whichever way it is turned.
    func fits(within maximum: ImageDimensions) -> Bool {
        guard width > 0, height > 0 else { return false }
        let longest = max(maximum.width, maximum.height)
        guard width <= longest, height <= longest else { return false }
        return width * height <= maximum.width * maximum.height
    }
}

/// What an image file says about itself, read without decoding it.
public struct ImageHeader: Hashable, Sendable {
    /// What the file is.
    public let format: ImageFormat
    /// How large its picture is.
    public let dimensions: ImageDimensions

    /// Tells the format by the first bytes and reads the dimensions; checks that the file is whole as far as its structure tells.
    ///
    /// - Throws: ``ImageError``.
    public init(parsing bytes: [UInt8], maximumDimensions: ImageDimensions = .defaultMaximum) throws(ImageError) {
        guard !bytes.isEmpty else { throw .empty }
        let reader = ImageBytes(bytes)
        let header: ImageHeader
        if reader.matches("RIFF", at: 0) {
            header = ImageHeader(format: .webp, dimensions: try WebPHeader.dimensions(of: reader))
        } else if reader.byte(0) == 0xFF, reader.byte(1) == 0xD8 {
            header = ImageHeader(format: .jpeg, dimensions: try JPEGHeader.dimensions(of: reader))
        } else if reader.byte(0) == 0x89, reader.matches("PNG\r\n\u{1A}\n", at: 1) {
            header = ImageHeader(format: .png, dimensions: try PNGHeader.dimensions(of: reader))
        } else if reader.matches("ftyp", at: 4) {
            header = ImageHeader(format: .avif, dimensions: try AVIFHeader.dimensions(of: reader))
        } else {
            throw .notAnImage
        }
        guard header.dimensions.width > 0, header.dimensions.height > 0 else { throw .zeroDimensions }
        guard header.dimensions.fits(within: maximumDimensions) else {
            throw .dimensionsTooLarge(header.dimensions, maximum: maximumDimensions)
        }
        self = header
    }

    init(format: ImageFormat, dimensions: ImageDimensions) {
        self.format = format
        self.dimensions = dimensions
    }
}
