/// Which quantizer a frame begins with: the one of the wanted quality, or of the wanted size, and none that is finer than the
/// limit lets expect.
struct VP8SizeControl {
    private let wanted: VP8Quantizer
    private var budget: VP8RateControl?
    private var ceiling: VP8RateControl?
    /// The most bytes that a file may have.
    let limit: Int?

    init(_ configuration: VP8KeyframeEncoder.Configuration) {
        wanted = VP8Quantizer(quality: configuration.quality)
        budget = configuration.byteBudget.map { VP8RateControl(budget: $0) }
        limit = configuration.byteLimit
        // A little below, so that the next frame, which is never quite like this one, seldom has to be coded again.
        ceiling = limit.map { VP8RateControl(budget: max(1, $0 - $0 / 16)) }
    }

    /// The quantizer for the next frame.
    var quantizer: VP8Quantizer {
        let aim = budget?.quantizer ?? wanted
        guard let ceiling, ceiling.hasSeenFrames else { return aim }
        return max(aim, ceiling.quantizer)
    }

    /// Whether a file is so far from the budget that the frame is better coded again.
    func isFarFromBudget(_ bytes: Int, with used: VP8Quantizer) -> Bool {
        guard let budget else { return false }
        return budget.isFarOff(bytes, with: used) && quantizer != used
    }

    /// Learns what a quantizer cost.
    mutating func record(bytes: Int, of used: VP8Quantizer) {
        budget?.record(bytes: bytes, of: used)
        ceiling?.record(bytes: bytes, of: used)
    }
}
