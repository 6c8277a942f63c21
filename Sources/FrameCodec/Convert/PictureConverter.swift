/// Makes pictures what a lossy WebP image holds: YUV 4:2:0, BT.601, limited range, of a wanted size.
///
/// A picture that already is so passes through untouched. Contexts and memory are kept while size and format stay, and are
/// made anew when the stream changes them. Use it from one thread at a time; it may move between threads.
public struct PictureConverter: ~Copyable, Sendable {
    private var scaler: SwsContextOwner?
    private var scalerGeometry: SwsContextOwner.Geometry?
    private var scaledPictures = PicturePool()
    private var matrix: (source: ColorDescription, planes: PlaneMatrix)?
    private var pictures = PicturePool()

    /// A converter that has seen no picture.
    public init() {}

    /// Whether ``convert(_:to:)`` would give `picture` back as it is.
    public static func isNeeded(for picture: borrowing Picture, to size: PictureSize? = nil) -> Bool {
        !picture.isPlanar420 || (size ?? picture.size) != picture.size || picture.colorDescription != .webp
    }

    /// Converts a picture.
    ///
    /// - Parameters:
    ///   - picture: a picture of any pixel format in memory.
    ///   - size: the wanted size; nil keeps the picture's.
    /// - Returns: `picture` itself when nothing is to be done, else a new one with its timestamp.
    /// - Throws: ``FrameCodecError`` with code `unsupportedPicture` or `outOfMemory`.
    public mutating func convert(
        _ picture: consuming Picture,
        to size: PictureSize? = nil
    ) throws(FrameCodecError) -> Picture {
        // First the size, since it is mostly made smaller, then the colours.
        try matrixed(try scaled(picture, to: size ?? picture.size))
    }

    private mutating func scaled(
        _ picture: consuming Picture,
        to size: PictureSize
    ) throws(FrameCodecError) -> Picture {
        if picture.isPlanar420 && picture.size == size { return picture }
        let color = picture.colorDescription
        let geometry = SwsContextOwner.Geometry(
            format: picture.pixelFormat,
            source: picture.size,
            destination: size,
            range: color.range
        )
        if scalerGeometry != geometry {
            scalerGeometry = nil
            scaler = try SwsContextOwner(geometry)
            scalerGeometry = geometry
        }
        var result = try scaledPictures.picture(
            of: size,
            colorDescription: picture.pixelFormat.isRGB ? .webp : color
        )
        try scaler!.scale(picture, into: result)
        result.copyProperties(of: picture)
        return result
    }

    private mutating func matrixed(_ picture: consuming Picture) throws(FrameCodecError) -> Picture {
        let color = picture.colorDescription
        if color == .webp { return picture }
        if matrix?.source != color { matrix = (color, PlaneMatrix(ColorMatrix(from: color))) }
        var result = try pictures.picture(of: picture.size, colorDescription: .webp)
        try picture.withPlanes { y, u, v throws(FrameCodecError) in
            try result.withMutablePlanes { yOut, uOut, vOut in
                matrix!.planes.apply(from: (y, u, v), to: (yOut, uOut, vOut))
            }
        }
        result.copyProperties(of: picture)
        return result
    }
}
