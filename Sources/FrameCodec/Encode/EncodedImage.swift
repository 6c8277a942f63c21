/// One encoded image.
public struct EncodedImage: Sendable {
    /// What the bytes are.
    public enum Format: Hashable, Sendable {
        /// WebP (RFC 9649).
        case webp
        /// JPEG.
        case jpeg
    }

    /// The whole file.
    public var bytes: [UInt8]
    /// What the bytes are.
    public var format: Format
    /// Width and height in pixels.
    public var size: PictureSize
    /// The picture's timestamp, in the time base of the packets that it came from.
    public var presentationTimestamp: Int64?

    /// An image made by an encoder.
    public init(bytes: [UInt8], format: Format, size: PictureSize, presentationTimestamp: Int64? = nil) {
        self.bytes = bytes
        self.format = format
        self.size = size
        self.presentationTimestamp = presentationTimestamp
    }
}
