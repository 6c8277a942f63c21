import FrameCodec

/// One encoder's loop, on a thread of its own.
struct EncoderWorker<Encoder: PictureEncoder & ~Copyable>: ~Copyable {
    private var encoder: Encoder
    private var converter = PictureConverter()
    private let size: OutputSize
    private let context: EncodingContext

    init(
        _ settings: EncoderSettings,
        size: OutputSize,
        context: EncodingContext,
        _ makeEncoder: @escaping EncoderMaker<Encoder>
    ) throws(FrameCodecError) {
        encoder = try makeEncoder(settings)
        self.size = size
        self.context = context
    }

    /// Encodes what comes, until the queue is closed.
    mutating func run() {
        while let captured = context.queue.take() {
            let origin = captured.origin
            let start = MonotonicTime.now
            do throws(FrameCodecError) {
                let image = try encode(captured)
                context.encoded(
                    EncodedFrame(image: image, origin: origin, encodeDuration: start.duration(to: .now))
                )
            } catch {
                context.failed(error)
            }
        }
    }

    private mutating func encode(_ captured: consuming CapturedPicture) throws(FrameCodecError) -> EncodedImage {
        let picture = captured.picture
        let wanted = size.fitting(picture.size)
        return try encoder.encode(try converter.convert(picture, to: wanted))
    }
}
