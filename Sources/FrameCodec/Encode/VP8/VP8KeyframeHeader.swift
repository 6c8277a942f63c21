/// The header of a keyframe (RFC 6386, sections 9.2 to 9.11 and 19.2), which opens the first partition.
struct VP8KeyframeHeader {
    var size: PictureSize
    var settings: VP8FrameSettings
    var probabilities: VP8TokenProbabilities
    var statistics: VP8FrameStatistics

    /// How likely it is in 256 that a macroblock is not skipped.
    var skipProbability: UInt8 {
        let all = size.macroblockCount
        return VP8Probability.of(Double(all - statistics.skippedCount), in: Double(all))
    }

    func write(to encoder: inout BooleanEncoderOwner) {
        // Colour space and clamping: the only ones there are.
        encoder.write(0, bits: 2)
        // No segments.
        encoder.write(false)
        // The normal loop filter, without differences by mode.
        encoder.write(false)
        encoder.write(settings.filterLevel, bits: 6)
        encoder.write(0, bits: 3)
        encoder.write(false)
        encoder.write(settings.partitionCount.trailingZeroBitCount, bits: 2)
        // The quantizer, without differences by plane.
        encoder.write(settings.quantizer.index, bits: 7)
        encoder.write(0, bits: 5)
        // No frame follows that could keep the probabilities.
        encoder.write(false)
        for (index, value) in probabilities.values.enumerated() {
            let isUpdated = value != VP8Tables.defaultProbabilities[index]
            encoder.write(isUpdated, probability: VP8Tables.updateProbabilities[index])
            if isUpdated { encoder.write(Int(value), bits: 8) }
        }
        encoder.write(true)
        encoder.write(Int(skipProbability), bits: 8)
    }
}

extension PictureSize {
    /// Macroblocks of 16x16 samples, those that hang over the edges included.
    var macroblockCount: Int { ((width + 15) / 16) * ((height + 15) / 16) }
}
