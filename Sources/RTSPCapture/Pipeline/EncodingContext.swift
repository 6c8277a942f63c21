import FrameCodec

/// What the encoders of one size and rate share: where pictures come from and where images go.
final class EncodingContext: Sendable {
    let queue = PictureQueue()
    private let gate: Monitor<PictureGate>
    private let deliver: @Sendable (EncodedFrame) -> NewestSlot<EncodedFrame>.Offer
    private let meter: CaptureMeter
    private let observe: @Sendable (CaptureEvent) -> Void
    /// The newest image, kept where it may be sent again.
    private let newest = Monitor<EncodedFrame?>(nil)
    private let keepsNewest: Bool
    /// Whether the failure at hand has been told.
    private let isFailing = Monitor(false)

    /// - Parameters:
    ///   - gate: which pictures are encoded.
    ///   - deliver: takes an image without waiting, and says what became of it.
    init(
        gate: consuming PictureGate,
        repeats: Bool,
        meter: CaptureMeter,
        observe: @escaping @Sendable (CaptureEvent) -> Void,
        deliver: @escaping @Sendable (EncodedFrame) -> NewestSlot<EncodedFrame>.Offer
    ) {
        self.gate = Monitor(gate)
        keepsNewest = repeats
        self.meter = meter
        self.observe = observe
        self.deliver = deliver
    }

    func encoded(_ frame: EncodedFrame) {
        isFailing.withLock { $0 = false }
        if keepsNewest {
            newest.withLock { if ($0?.sourceSequence ?? 0) < frame.sourceSequence { $0 = frame } }
        }
        meter.count(\.encoded)
        hand(over: frame)
    }

    func failed(_ error: FrameCodecError) {
        meter.count(\.failedToEncode)
        let isNews = isFailing.withLock { failing in
            defer { failing = true }
            return !failing
        }
        guard isNews else { return }
        observe(
            .encodingFailed(CaptureError(code: .encodingFailed, message: "Pictures cannot be encoded.", cause: error))
        )
    }

    private func hand(over frame: EncodedFrame) {
        switch deliver(frame) {
        case .accepted, .refused: break
        case .replacedAnother: meter.count(\.replacedBeforeDelivery)
        case .late: meter.count(\.late)
        }
    }
}

extension EncodingContext: PictureSink {
    func take(_ captured: consuming CapturedPicture) {
        let origin = captured.origin
        switch gate.withLock({ $0.judge(captured.picture, origin, at: .now) }) {
        case .thinned: meter.count(\.thinned)
        case .unchanged: meter.count(\.unchanged)
        case .repeat(let sequence):
            // It may be that it could not be encoded.
            guard let frame = newest.withLock({ $0 }), frame.sourceSequence == sequence else {
                gate.withLock { $0.remember(captured.picture, origin) }
                return enqueue(captured)
            }
            meter.count(\.unchanged)
            meter.count(\.repeated)
            hand(over: frame.again(at: origin))
        case .encode: enqueue(captured)
        }
    }

    func take(_ image: EncodedImage, _ origin: PictureOrigin) {
        meter.count(\.encoded)
        hand(over: EncodedFrame(image: image, origin: origin, encodeDuration: .zero))
    }

    private func enqueue(_ captured: consuming CapturedPicture) {
        var captured = captured
        captured.number = gate.withLock { $0.nextNumber() }
        if queue.put(captured) { meter.count(\.replacedBeforeEncoding) }
    }
}
