/// One way to code a frame, and the next one to try when the result is not good enough.
struct VP8FramePlan {
    let size: PictureSize
    private(set) var settings: VP8FrameSettings
    /// How often the frame was coded, this time included.
    private var attempt = 1
    /// Whether nothing was known of the tokens.
    private let isBlind: Bool

    init(size: PictureSize, quantizer: VP8Quantizer, learned: VP8Experience?) {
        self.size = size
        settings = VP8FrameSettings(
            quantizer: quantizer,
            modes: .all,
            probabilities: learned?.probabilities ?? .default,
            skipProbability: learned?.skipProbability ?? 128,
            partitionCount: VP8FrameSettings.partitionCount(rows: (size.height + 15) / 16),
            countsAllRows: learned == nil
        )
        isBlind = learned == nil
    }

    /// Judges a coded frame.
    ///
    /// - Parameters:
    ///   - frame: how large it is.
    ///   - tokens: what it is made of.
    ///   - fitting: what would have been known, had it been coded before.
    ///   - control: learns from it.
    /// - Returns: nil when the frame is good as it is.
    /// - Throws: `encodingFailed` when there is no way.
    func next(
        after frame: VP8FrameFile,
        _ tokens: VP8TokenStatistics,
        fitting: VP8Experience,
        control: inout VP8SizeControl
    ) throws(FrameCodecError) -> VP8FramePlan? {
        var plan = self
        plan.attempt += 1
        plan.settings.probabilities = fitting.probabilities
        plan.settings.skipProbability = fitting.skipProbability
        plan.settings.countsAllRows = false
        guard frame.firstPartition < VP8FrameFile.firstPartitionLimit else {
            guard settings.modes != .onlyDC else {
                throw FrameCodecError(
                    code: .encodingFailed,
                    message: "The header of a picture of \(size) takes more than 512 kB; scale it down."
                )
            }
            plan.settings.modes = settings.modes == .all ? .wholeMacroblocks : .onlyDC
            return plan
        }
        control.record(bytes: frame.count, of: settings.quantizer)
        plan.settings.quantizer = control.quantizer
        if let limit = control.limit, frame.count > limit {
            guard settings.quantizer.index < VP8Quantizer.coarsest else {
                throw FrameCodecError(
                    code: .encodingFailed,
                    message: "A picture of \(size) cannot be made smaller than \(frame.count) bytes, and \(limit) are "
                        + "allowed; scale it down."
                )
            }
            // Whatever the model expects, this ends.
            plan.settings.quantizer = max(plan.settings.quantizer, settings.quantizer.coarser(by: 1 << attempt))
            return plan
        }
        if attempt == 1, isBlind || hasChanged(tokens, fitting.probabilities) { return plan }
        if attempt < 4, control.isFarFromBudget(frame.count, with: settings.quantizer) { return plan }
        return nil
    }

    /// Whether the frame before has little to do with this one: its own probabilities would save a twentieth.
    private func hasChanged(_ tokens: VP8TokenStatistics, _ fitting: VP8TokenProbabilities) -> Bool {
        let (was, could) = (tokens.cost(with: settings.probabilities), tokens.cost(with: fitting))
        // Few tokens say nothing: below two hundred bytes there is nothing to win.
        return was > could * 1.05 && was - could > 1600
    }
}
