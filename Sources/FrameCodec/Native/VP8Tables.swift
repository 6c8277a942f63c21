import CVP8Kernels

/// Tables of RFC 6386 as arrays.
enum VP8Tables {
    /// What a decoder starts every keyframe with (section 13.5).
    static let defaultProbabilities = Array(
        UnsafeBufferPointer(start: vp8_default_probabilities(), count: VP8TokenProbabilities.count)
    )

    /// How likely it is that a probability keeps its default (section 13.4).
    static let updateProbabilities = Array(
        UnsafeBufferPointer(start: vp8_update_probabilities(), count: VP8TokenProbabilities.count)
    )

    /// The quantizer's step of luma's later coefficients, by index (section 14.1).
    static let steps: [Int] = (0..<128).map { Int(vp8_quantizer_step(Int32($0))) }
}
