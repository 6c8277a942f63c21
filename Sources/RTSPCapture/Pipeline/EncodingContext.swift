import FrameCodec

/// What the encoders of a run share: where pictures come from and where images go.
final class EncodingContext: Sendable {
    let queue = PictureQueue()
    private let slot: NewestSlot<EncodedFrame>
    private let meter: CaptureMeter
    private let observe: @Sendable (CaptureEvent) -> Void
    /// Whether the failure at hand has been told.
    private let isFailing = Monitor(false)

    init(
        slot: NewestSlot<EncodedFrame>,
        meter: CaptureMeter,
        observe: @escaping @Sendable (CaptureEvent) -> Void
    ) {
        self.slot = slot
        self.meter = meter
        self.observe = observe
    }

    func encoded(_ frame: EncodedFrame) {
        isFailing.withLock { $0 = false }
        meter.count(\.encoded)
        switch slot.offer(frame, sequence: frame.sourceSequence) {
        case .accepted, .refused: break
        case .replacedAnother: meter.count(\.replacedBeforeDelivery)
        case .late: meter.count(\.late)
        }
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
}

extension EncodingContext: PictureSink {
    func take(_ picture: consuming CapturedPicture) {
        if queue.put(picture) { meter.count(\.replacedBeforeEncoding) }
    }
}
