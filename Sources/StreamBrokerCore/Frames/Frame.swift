/// One picture on its way through the broker: the bytes that were posted, and what is known about them.
///
/// The payload is shared by reference: copying a frame copies no picture.
public struct Frame: Sendable {
    /// The posted bytes, unchanged.
    public let payload: [UInt8]
    /// What the payload is, told by its bytes.
    public let format: ImageFormat
    /// Width and height in pixels, read from the image's own header; `nil` for access units.
    public let dimensions: ImageDimensions?
    /// Whether a viewer can decode this frame without another one. Always true for images.
    public let isIndependentlyDecodable: Bool
    /// When the picture was taken, by the publisher's clock; `nil` when the publisher did not say.
    public let captureTime: UnixMicroseconds?
    /// The frame's number in its stream. Before publishing: the publisher's own number, or 0 to be given the next one.
    public internal(set) var sequence: UInt64
    /// When the broker accepted the frame, by the broker's clock; 0 before that.
    public internal(set) var arrivalTime: UnixMicroseconds

    /// Checks an image and makes a frame of it.
    ///
    /// Only the image's header is read; nothing is decoded.
    ///
    /// - Parameters:
    ///   - image: A whole WebP, JPEG, PNG or AVIF file.
    ///   - captureTime: When the picture was taken.
    ///   - sequence: The publisher's own number; it must rise from frame to frame. 0 lets the broker count.
    ///   - maximumDimensions: The largest width and height accepted.
    /// - Throws: ``ImageError`` when the bytes are empty, no known image, truncated, contradict themselves, or too large.
    public init(
        image: [UInt8],
        captureTime: UnixMicroseconds? = nil,
        sequence: UInt64 = 0,
        maximumDimensions: ImageDimensions = .defaultMaximum
    ) throws(ImageError) {
        let header = try ImageHeader(parsing: image, maximumDimensions: maximumDimensions)
        self.payload = image
        self.format = header.format
        self.dimensions = header.dimensions
        self.isIndependentlyDecodable = true
        self.captureTime = captureTime
        self.sequence = sequence
        self.arrivalTime = UnixMicroseconds(0)
    }

    func stamped(sequence: UInt64, arrivalTime: UnixMicroseconds) -> Frame {
        var frame = self
        frame.sequence = sequence
        frame.arrivalTime = arrivalTime
        return frame
    }
}
