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
        /// What the stream's images may cost; renditions are not part of it. Nil keeps the quality as it is set.
        public var budget: EncodingBudget?
        /// What becomes of pictures that show nothing new; nil encodes them like all others. Default nil.
        public var unchanged: UnchangedPolicy?
        /// Further versions of the stream. Default none.
        public var renditions: [Rendition] = []
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
    private let renditionMeters: [CaptureMeter]
    private let startRun: @Sendable (CaptureMeter) throws(CaptureError) -> CaptureRun<EncodedFrame>

    /// Takes a rendition's frame, on a thread of that rendition; it should be quick.
    public typealias RenditionConsumer = @Sendable (_ rendition: Rendition, _ frame: EncodedFrame) -> Void

    /// A pipeline that encodes WebP.
    ///
    /// - Parameters:
    ///   - configuration: how to capture and encode.
    ///   - observer: is told the news, on the pipeline's threads; it should be quick.
    ///   - renditions: takes the frames of the configuration's renditions while the pipeline is iterated over.
    public init(
        configuration: Configuration,
        observer: @escaping @Sendable (CaptureEvent) -> Void = { _ in },
        renditions: @escaping RenditionConsumer = { _, _ in }
    ) {
        if configuration.encoderChoice.isLive {
            self.init(configuration, observer, renditions) { settings throws(FrameCodecError) in
                try VP8KeyframeEncoder(
                    configuration: .init(quality: settings.quality, byteLimit: settings.byteLimit)
                )
            }
        } else {
            self.init(configuration, observer, renditions) { settings throws(FrameCodecError) in
                try WebPEncoder(configuration: .init(quality: settings.quality, method: settings.method))
            }
        }
    }

    /// A pipeline with an encoder of one's own.
    ///
    /// - Parameter makeEncoder: makes an encoder for each worker.
    package init<Encoder: PictureEncoder & ~Copyable>(
        configuration: Configuration,
        observer: @escaping @Sendable (CaptureEvent) -> Void = { _ in },
        renditions: @escaping RenditionConsumer = { _, _ in },
        makeEncoder: @escaping @Sendable () throws(FrameCodecError) -> Encoder
    ) {
        self.init(configuration, observer, renditions) { _ throws(FrameCodecError) in try makeEncoder() }
    }

    private init<Encoder: PictureEncoder & ~Copyable>(
        _ configuration: Configuration,
        _ observer: @escaping @Sendable (CaptureEvent) -> Void,
        _ consume: @escaping RenditionConsumer,
        _ makeEncoder: @escaping EncoderMaker<Encoder>
    ) {
        self.configuration = configuration
        let renditionMeters = configuration.renditions.map { _ in CaptureMeter() }
        self.renditionMeters = renditionMeters
        startRun = { meter throws(CaptureError) in
            try CameraPipeline.start(configuration, meter, renditionMeters, observer, consume, makeEncoder)
        }
    }

    /// The counts so far, over all iterations.
    public var statistics: CaptureStatistics { meter.snapshot(at: .now) }

    /// The counts of a rendition, or nil when the pipeline has none of this name. What concerns the source is in
    /// ``statistics`` only.
    public func statistics(ofRendition name: String) -> CaptureStatistics? {
        configuration.renditions.firstIndex { $0.name == name }.map { renditionMeters[$0].snapshot(at: .now) }
    }

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

/// Makes an encoder for a worker.
typealias EncoderMaker<Encoder: PictureEncoder & ~Copyable> =
    @Sendable (EncoderSettings) throws(FrameCodecError) -> Encoder

extension CameraPipeline {
    private static func start<Encoder: PictureEncoder & ~Copyable>(
        _ configuration: Configuration,
        _ meter: CaptureMeter,
        _ renditionMeters: [CaptureMeter],
        _ observer: @escaping @Sendable (CaptureEvent) -> Void,
        _ consume: @escaping RenditionConsumer,
        _ makeEncoder: @escaping EncoderMaker<Encoder>
    ) throws(CaptureError) -> CaptureRun<EncodedFrame> {
        try configuration.validate()
        let settings = EncoderSettings(quality: configuration.encoder.quality, method: configuration.encoder.method)
        do throws(FrameCodecError) {
            // A setting that no encoder takes shows before the camera is opened.
            _ = try makeEncoder(settings)
        } catch {
            throw CaptureError(code: .invalidConfiguration, message: "No encoder could be made.", cause: error)
        }
        let slot = NewestSlot<EncodedFrame>()
        let context = EncodingContext(
            gate: PictureGate(frameRate: nil, unchanged: configuration.unchanged),
            repeats: configuration.unchanged != nil,
            meter: meter,
            observe: observer
        ) { frame in
            slot.offer(frame, sequence: frame.sourceSequence)
        }
        let renditions = zip(configuration.renditions, renditionMeters).map { rendition, meter in
            EncodingContext(
                gate: PictureGate(frameRate: rendition.frameRate, unchanged: configuration.unchanged),
                repeats: configuration.unchanged != nil,
                meter: meter,
                observe: observer
            ) { frame in
                consume(rendition, frame)
                meter.count(\.delivered)
                return .accepted
            }
        }
        let budget = configuration.budget.map { budget in
            let controller = BudgetController(
                budget,
                wanted: settings,
                frameRate: configuration.capture.frameRate ?? 30,
                limitsBytes: configuration.encoderChoice.isLive
            )
            return BudgetKeeper(controller, meter: meter, observe: observer)
        }
        let fork = RenditionFork(main: context, renditions: renditions)
        return try CaptureRun(slot: slot, whenStopped: { fork.close(discarding: true) }) { stop in
            let capture: @Sendable () -> CaptureError? = {
                // Only when no more pictures come the encoders end.
                defer { fork.close(discarding: stop.isStopped) }
                return CaptureLoop(configuration.capture, sink: fork, stop: stop, meter: meter, observe: observer)
                    .run()
            }
            func encode(
                _ settings: EncoderSettings,
                _ size: OutputSize,
                _ context: EncodingContext,
                _ budget: BudgetKeeper? = nil,
                isBehind: Bool
            ) -> @Sendable () -> CaptureError? {
                {
                    if isBehind { WorkerThread.stepBack() }
                    do throws(FrameCodecError) {
                        var worker = try EncoderWorker(
                            settings,
                            size: size,
                            context: context,
                            budget: budget,
                            makeEncoder
                        )
                        worker.run()
                        return nil
                    } catch {
                        stop.stop()
                        return CaptureError(code: .encodingFailed, message: "No encoder could be made.", cause: error)
                    }
                }
            }
            let workers = (0..<configuration.encoderWorkers).map { number in
                ("encode-\(number)", encode(settings, configuration.size, context, budget, isBehind: false))
            }
            let renditionWorkers = zip(configuration.renditions, renditions).map { rendition, context in
                var settings = settings
                settings.quality = rendition.quality ?? settings.quality
                return ("rend-\(rendition.name)", encode(settings, rendition.size, context, isBehind: true))
            }
            return [("capture", capture)] + workers + renditionWorkers
        }
    }
}

extension CameraPipeline.Configuration {
    fileprivate func validate() throws(CaptureError) {
        try capture.validate()
        try size.validate()
        if capture.passesImagesThrough, size != OutputSize() || budget != nil || unchanged != nil || !renditions.isEmpty
        {
            throw CaptureError(
                code: .invalidConfiguration,
                message: "Images that are passed through as the camera made them have its size and quality: leave out "
                    + "width and height, budget, unchanged pictures and renditions, or let them be encoded."
            )
        }
        try unchanged?.validate()
        try budget?.validate()
        for (index, rendition) in renditions.enumerated()
        where renditions[..<index].contains(where: { $0.name == rendition.name }) {
            throw CaptureError(
                code: .invalidConfiguration,
                message: "Two renditions have the name \(rendition.name); give each its own."
            )
        }
        guard (1...64).contains(encoderWorkers) else {
            throw CaptureError(
                code: .invalidConfiguration,
                message: "The number of encoder workers must be 1 to 64, not \(encoderWorkers)."
            )
        }
    }
}
