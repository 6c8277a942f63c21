import CLibWebP

/// An encoder of lossy WebP on libwebp.
///
/// The picture's planes are read in place; the image is copied once, out of libwebp's buffer, which is kept.
public struct WebPEncoder: PictureEncoder, ~Copyable {
    /// What to trade for what.
    public struct Configuration: Hashable, Sendable {
        /// 0 (smallest) to 100 (best). Default 80.
        public var quality: Float = 80
        /// 0 (fastest) to 6 (smallest). Default 0, the only one for live video: 2 takes twice its time.
        public var method: Int = 0

        /// A configuration.
        public init(quality: Float = 80, method: Int = 0) {
            self.quality = quality
            self.method = method
        }
    }

    private var config: WebPConfig
    private var picture: WebPPictureOwner
    private var writer: WebPMemoryWriterOwner

    /// Makes an encoder.
    ///
    /// - Throws: ``FrameCodecError`` with code `invalidConfiguration`, or `libraryTooOld`.
    public init(configuration: Configuration = Configuration()) throws(FrameCodecError) {
        guard (0...100).contains(configuration.quality), (0...6).contains(configuration.method) else {
            throw FrameCodecError(
                code: .invalidConfiguration,
                message: "WebP quality must be 0 to 100 and method 0 to 6, not \(configuration.quality) and "
                    + "\(configuration.method)."
            )
        }
        var config = WebPConfig()
        // Fails only for an incompatible library.
        guard WebPConfigInit(&config) != 0 else {
            throw FrameCodecError(code: .libraryTooOld, message: "libwebp is not the one this program was built with.")
        }
        // Everything else stays at libwebp's defaults. Measured at method 0 on two 1080p clips: one segment, no spatial noise
        // shaping, no or the simple loop filter, eight partitions and low_memory are within 5 % of the default's time (which
        // is its spread), one segment makes the image a quarter larger, and thread_level only adds waiting.
        config.quality = configuration.quality
        config.method = Int32(configuration.method)
        let picture = try WebPPictureOwner()
        self.config = config
        self.picture = picture
        writer = WebPMemoryWriterOwner()
    }

    /// Encodes a picture.
    public mutating func encode(_ picture: borrowing Picture) throws(FrameCodecError) -> EncodedImage {
        let size = picture.size
        guard picture.isPlanar420, picture.colorDescription == .webp else {
            throw FrameCodecError(
                code: .unsupportedPicture,
                message: "A \(picture.pixelFormat) picture in \(picture.colorDescription) cannot be encoded as WebP; "
                    + "convert it first."
            )
        }
        guard size.width <= PictureSize.webpLimit, size.height <= PictureSize.webpLimit else {
            throw FrameCodecError(
                code: .unsupportedPicture,
                message: "A picture of \(size) is above WebP's limit of \(PictureSize.webpLimit) a side; scale it down."
            )
        }
        writer.reset()
        self.picture.attach(writer)
        let done = picture.withPlanes { y, u, v in
            self.picture.encode(&config, y, u, v)
        }
        guard done else {
            let error = self.picture.error
            let lacksMemory =
                error.rawValue == VP8_ENC_ERROR_OUT_OF_MEMORY.rawValue
                || error.rawValue == VP8_ENC_ERROR_BITSTREAM_OUT_OF_MEMORY.rawValue
            throw FrameCodecError(
                code: lacksMemory ? .outOfMemory : .encodingFailed,
                message: "A picture of \(size) could not be encoded as WebP.",
                cause: error
            )
        }
        return EncodedImage(
            bytes: writer.bytes,
            format: .webp,
            size: size,
            presentationTimestamp: picture.presentationTimestamp
        )
    }
}
