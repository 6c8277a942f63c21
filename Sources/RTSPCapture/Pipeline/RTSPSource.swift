public import FrameCodec

/// A source of pictures as a sequence of whatever a transform makes of them.
///
///     let source = RTSPSource(configuration: .init(source: url)) { picture, origin in
///         Brightness(of: picture, at: origin.presentationTimestamp)
///     }
///     for try await brightness in source { … }
///
/// Pictures cannot be copied and do not leave the capture: the transform runs on its thread, between two reads, so it
/// should be quick. Its results wait one at a time, the newest wins. All else is as with ``CameraPipeline``, which is a
/// source with encoders of their own threads.
public struct RTSPSource<Element: Sendable>: AsyncSequence, Sendable {
    /// What the iteration throws.
    public typealias Failure = CaptureError

    /// Makes something of a picture, or nil to pass it over.
    public typealias Transform = @Sendable (_ picture: borrowing Picture, _ origin: PictureOrigin) -> Element?

    private let configuration: CaptureConfiguration
    private let observer: @Sendable (CaptureEvent) -> Void
    private let transform: Transform
    private let meter = CaptureMeter()

    /// A source.
    ///
    /// - Parameters:
    ///   - configuration: what to capture.
    ///   - observer: is told the news, on the capture thread.
    ///   - transform: called with each picture on the capture thread.
    public init(
        configuration: CaptureConfiguration,
        observer: @escaping @Sendable (CaptureEvent) -> Void = { _ in },
        transform: @escaping Transform
    ) {
        self.configuration = configuration
        self.observer = observer
        self.transform = transform
    }

    /// The counts so far, over all iterations.
    public var statistics: CaptureStatistics { meter.snapshot(at: .now) }

    /// Starts an iteration; the source is opened by the first call of ``AsyncIterator/next(isolation:)``.
    public func makeAsyncIterator() -> AsyncIterator {
        let (configuration, observer, transform, meter) = (configuration, observer, transform, meter)
        let iteration = CaptureIteration<Element> { () throws(CaptureError) in
            try configuration.validate()
            guard !configuration.passesImagesThrough else {
                throw CaptureError(
                    code: .invalidConfiguration,
                    message: "A transform works on decoded pictures; take a CameraPipeline to pass images through."
                )
            }
            let slot = NewestSlot<Element>()
            return try CaptureRun(slot: slot, whenStopped: {}) { stop in
                let sink = TransformSink(slot: slot, meter: meter, transform: transform)
                return [
                    (
                        "capture",
                        { CaptureLoop(configuration, sink: sink, stop: stop, meter: meter, observe: observer).run() }
                    )
                ]
            }
        }
        return AsyncIterator(meter: meter, iteration: iteration)
    }

    /// An iteration over a source.
    public struct AsyncIterator: AsyncIteratorProtocol {
        private let meter: CaptureMeter
        private var iteration: CaptureIteration<Element>

        init(meter: CaptureMeter, iteration: CaptureIteration<Element>) {
            self.meter = meter
            self.iteration = iteration
        }

        /// The newest result that was not taken yet, as soon as there is one; nil at the end and after cancellation.
        ///
        /// - Throws: ``CaptureError``, for an impossible configuration and for what trying again cannot mend.
        public mutating func next(isolation actor: isolated (any Actor)?) async throws(CaptureError) -> Element? {
            guard let element = try await iteration.next(isolation: actor) else { return nil }
            meter.count(\.delivered)
            return element
        }

        /// The same, on no particular actor.
        public mutating func next() async throws(CaptureError) -> Element? {
            try await next(isolation: nil)
        }
    }
}

/// Transforms pictures and offers the results.
private struct TransformSink<Element: Sendable>: PictureSink {
    let slot: NewestSlot<Element>
    let meter: CaptureMeter
    let transform: RTSPSource<Element>.Transform

    func take(_ captured: consuming CapturedPicture) {
        guard let element = transform(captured.picture, captured.origin) else { return }
        meter.count(\.encoded)
        if case .replacedAnother = slot.offer(element, sequence: captured.origin.sourceSequence) {
            meter.count(\.replacedBeforeDelivery)
        }
    }

    func take(_ image: EncodedImage, _ origin: PictureOrigin) {
        preconditionFailure("The configuration has a transform decode its pictures.")
    }
}
