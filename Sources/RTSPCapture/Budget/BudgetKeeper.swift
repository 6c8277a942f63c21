import FrameCodec

/// The budget of a stream's encoders, which they share: takes what each picture took, and says what to encode with.
final class BudgetKeeper: Sendable {
    private let controller: Monitor<BudgetController>
    private let meter: CaptureMeter
    private let observe: @Sendable (CaptureEvent) -> Void

    init(
        _ controller: BudgetController,
        meter: CaptureMeter,
        observe: @escaping @Sendable (CaptureEvent) -> Void
    ) {
        self.controller = Monitor(controller)
        self.meter = meter
        self.observe = observe
        meter.encodes(with: controller.settings)
    }

    /// What to encode with now.
    var settings: EncoderSettings { controller.withLock { $0.settings } }

    func encoded(_ frame: EncodedFrame, number: UInt64) {
        let sample = BudgetController.Sample(
            encodeTime: frame.encodeDuration,
            bytes: frame.image.bytes.count,
            timestamp: frame.presentationTimestamp,
            number: number
        )
        update { $0.encoded(sample) }
    }

    func failed() {
        update { $0.failed() }
    }

    private func update(_ change: (inout BudgetController) -> Bool) {
        let settings = controller.withLock { change(&$0) ? $0.settings : nil }
        guard let settings else { return }
        meter.encodes(with: settings)
        observe(.adjusted(settings))
    }
}
