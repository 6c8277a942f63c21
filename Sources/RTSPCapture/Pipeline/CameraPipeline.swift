public import FrameCodec

/// A source of pictures as a sequence of encoded images: captures, decodes, thins, scales and encodes.
///
///     let pipeline = CameraPipeline(configuration: .init(source: try SourceURL("test:")))
///     for try await frame in pipeline {
///         publish(frame.image.bytes)
///     }
///
/// Iterating opens the source; the end of the iteration closes it. A source that fails is opened again for ever, with
/// growing delays; the iteration throws only for what trying again cannot mend, as the configuration's ``RetryPolicy``
/// says. A live source never ends by itself, a file does, unless it loops.
///
/// Nothing waits for what comes after it. One thread captures and decodes, others encode; between them, and before the
/// consumer, lies one picture at most, which a newer one replaces. Frames come in order, and each drop is counted in
/// ``statistics``.
///
/// Cancelling the task ends the iteration with nil, within a second, and by then all threads, connections and contexts
/// are gone. A loop that is left by `break` stops them too, a moment later. Iterating twice opens the source twice.
public struct CameraPipeline: AsyncSequence, Sendable {
    /// An image with its times.
    public typealias Element = EncodedFrame
    /// What the iteration throws.
    public typealias Failure = CaptureError

    /// How to capture and encode.
    public struct Configuration: Sendable {
        /// What to capture.
        public var capture: CaptureConfiguration
        /// The largest size of an image. Default: as large as the source.
        public var size = OutputSize()
        /// Which encoder makes the images. Default: the one made for live video where the processor is made for it.
        public var encoderChoice = EncoderChoice.automatic
        /// Quality and method of WebP. Default 80 and 0. The method is libwebp's alone.
        public var encoder = WebPEncoder.Configuration()
        /// How many threads encode; two pictures are then encoded at a time. Default 2, or 1 on a machine with one
        /// core.
        public var encoderWorkers: Int

        /// A configuration with the defaults.
        public init(source: SourceURL) {
            self.init(capture: CaptureConfiguration(source: source))
        }

        /// A configuration that captures as told.
        public init(capture: CaptureConfiguration) {
            self.capture = capture
            encoderWorkers = Swift.min(2, ProcessorCount.current)
        }
    }

    private let configuration: Configuration
    private let meter = CaptureMeter()
    private let startRun: @Sendable (CaptureMeter) throws(CaptureError) -> CaptureRun<EncodedFrame>

    /// A pipeline that encodes WebP.
    ///
    /// - Parameters:
    ///   - configuration: how to capture and encode.
    ///   - observer: is told the news, on the pipeline's threads; it should be quick.
    public init(
        configuration: Configuration,
        observer: @escaping @Sendable (CaptureEvent) -> Void = { _ in }
    ) {
        let encoder = configuration.encoder
        if configuration.encoderChoice.isLive {
            self.init(configuration: configuration, observer: observer) { () throws(FrameCodecError) in
                try VP8KeyframeEncoder(configuration: .init(quality: encoder.quality))
            }
        } else {
            self.init(configuration: configuration, observer: observer) { () throws(FrameCodecError) in
                try WebPEncoder(configuration: encoder)
            }
        }
    }

    /// A pipeline with an encoder of one's own.
    ///
    /// - Parameter makeEncoder: makes an encoder for each worker.
    package init<Encoder: PictureEncoder & ~Copyable>(
        configuration: Configuration,
        observer: @escaping @Sendable (CaptureEvent) -> Void = { _ in },
        makeEncoder: @escaping @Sendable () throws(FrameCodecError) -> Encoder
    ) {
        self.configuration = configuration
        startRun = { meter throws(CaptureError) in
            try CameraPipeline.start(configuration, meter, observer, makeEncoder)
        }
    }

    /// The counts so far, over all iterations.
    public var statistics: CaptureStatistics { meter.snapshot(at: .now) }

    /// Starts an iteration; the source is opened by the first call of ``AsyncIterator/next(isolation:)``.
    public func makeAsyncIterator() -> AsyncIterator {
        AsyncIterator(meter: meter, startRun: startRun)
    }

    /// An iteration over a pipeline.
    public struct AsyncIterator: AsyncIteratorProtocol {
        private let meter: CaptureMeter
        private var iteration: CaptureIteration<EncodedFrame>

        init(
            meter: CaptureMeter,
            startRun: @escaping @Sendable (CaptureMeter) throws(CaptureError) -> CaptureRun<EncodedFrame>
        ) {
            self.meter = meter
            iteration = CaptureIteration { () throws(CaptureError) in try startRun(meter) }
        }

        /// The newest frame that was not taken yet, as soon as there is one; nil at the end and after cancellation.
        ///
        /// - Throws: ``CaptureError``, for an impossible configuration and for what trying again cannot mend.
        public mutating func next(isolation actor: isolated (any Actor)?) async throws(CaptureError) -> EncodedFrame? {
            guard let frame = try await iteration.next(isolation: actor) else { return nil }
            meter.count(\.delivered)
            return frame
        }

        /// The same, on no particular actor.
        public mutating func next() async throws(CaptureError) -> EncodedFrame? {
            try await next(isolation: nil)
        }
    }
}

extension CameraPipeline {
    private static func start<Encoder: PictureEncoder & ~Copyable>(
        _ configuration: Configuration,
        _ meter: CaptureMeter,
        _ observer: @escaping @Sendable (CaptureEvent) -> Void,
        _ makeEncoder: @escaping @Sendable () throws(FrameCodecError) -> Encoder
    ) throws(CaptureError) -> CaptureRun<EncodedFrame> {
        try configuration.validate()
        do throws(FrameCodecError) {
            // A setting that no encoder takes shows before the camera is opened.
            _ = try makeEncoder()
        } catch {
            throw CaptureError(code: .invalidConfiguration, message: "No encoder could be made.", cause: error)
        }
        let slot = NewestSlot<EncodedFrame>()
        let context = EncodingContext(slot: slot, meter: meter, observe: observer)
        return try CaptureRun(slot: slot, whenStopped: { context.queue.close(discarding: true) }) { stop in
            let capture: @Sendable () -> CaptureError? = {
                // Only when no more pictures come the encoders end.
                defer { context.queue.close(discarding: stop.isStopped) }
                return CaptureLoop(configuration.capture, sink: context, stop: stop, meter: meter, observe: observer)
                    .run()
            }
            let encode: @Sendable () -> CaptureError? = {
                do throws(FrameCodecError) {
                    var worker = EncoderWorker(try makeEncoder(), size: configuration.size, context: context)
                    worker.run()
                    return nil
                } catch {
                    stop.stop()
                    return CaptureError(code: .encodingFailed, message: "No encoder could be made.", cause: error)
                }
            }
            return [("capture", capture)] + (0..<configuration.encoderWorkers).map { ("encode-\($0)", encode) }
        }
    }
}

extension CameraPipeline.Configuration {
    fileprivate func validate() throws(CaptureError) {
        try capture.validate()
        try size.validate()
        guard (1...64).contains(encoderWorkers) else {
            throw CaptureError(
                code: .invalidConfiguration,
                message: "The number of encoder workers must be 1 to 64, not \(encoderWorkers)."
            )
        }
    }
}
