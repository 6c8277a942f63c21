/// The header of a keyframe (RFC 6386, sections 9.2 to 9.11 and 19.2), which opens the first partition.
struct VP8KeyframeHeader {
    var settings: VP8FrameSettings

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
        // The quantizer: the same for all of luma, finer for chroma's first coefficients and the others.
        encoder.write(settings.quantizer.index, bits: 7)
        for delta in [0, 0, 0, settings.quantizer.chromaDelta, settings.quantizer.chromaDelta] {
            encoder.write(delta != 0)
            if delta != 0 {
                encoder.write(abs(delta), bits: 4)
                encoder.write(delta < 0)
            }
        }
        // No frame follows that could keep the probabilities.
        encoder.write(false)
        for (index, value) in settings.probabilities.values.enumerated() {
            let isUpdated = value != VP8Tables.defaultProbabilities[index]
            encoder.write(isUpdated, probability: VP8Tables.updateProbabilities[index])
            if isUpdated { encoder.write(Int(value), bits: 8) }
        }
        encoder.write(true)
        encoder.write(Int(settings.skipProbability), bits: 8)
    }
}
