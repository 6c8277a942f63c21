import FrameCodec

/// One encoder's loop, on a thread of its own.
struct EncoderWorker<Encoder: PictureEncoder & ~Copyable>: ~Copyable {
    private var encoder: Encoder
    private var settings: EncoderSettings
    private let makeEncoder: EncoderMaker<Encoder>
    private let budget: BudgetKeeper?
    private var converter = PictureConverter()
    private let size: OutputSize
    private let context: EncodingContext

    init(
        _ settings: EncoderSettings,
        size: OutputSize,
        context: EncodingContext,
        budget: BudgetKeeper?,
        _ makeEncoder: @escaping EncoderMaker<Encoder>
    ) throws(FrameCodecError) {
        let settings = budget?.settings ?? settings
        encoder = try makeEncoder(settings)
        self.settings = settings
        self.makeEncoder = makeEncoder
        self.budget = budget
        self.size = size
        self.context = context
    }

    /// Encodes what comes, until the queue is closed.
    mutating func run() {
        while let captured = context.queue.take() {
            let (origin, number) = (captured.origin, captured.number)
            let start = MonotonicTime.now
            do throws(FrameCodecError) {
                try followBudget()
                let image = try encode(captured)
                let frame = EncodedFrame(image: image, origin: origin, encodeDuration: start.duration(to: .now))
                context.encoded(frame)
                budget?.encoded(frame, number: number)
            } catch {
                context.failed(error)
                budget?.failed()
            }
        }
    }

    /// Settings change once a second at most; what an encoder has learned of the pictures before is soon learned again.
    private mutating func followBudget() throws(FrameCodecError) {
        guard let wanted = budget?.settings, wanted != settings else { return }
        var withoutScale = wanted
        withoutScale.scale = settings.scale
        if withoutScale != settings { encoder = try makeEncoder(wanted) }
        settings = wanted
    }

    private mutating func encode(_ captured: consuming CapturedPicture) throws(FrameCodecError) -> EncodedImage {
        let picture = captured.picture
        let wanted = size.scaled(settings.scale, of: picture.size).fitting(picture.size)
        return try encoder.encode(try converter.convert(picture, to: wanted))
    }
}
