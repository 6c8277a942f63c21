/// Which of the encoders makes the images.
public enum EncoderChoice: Hashable, Sendable {
    /// The live one where the processor has the instructions that make it the faster one, else libwebp.
    case automatic
    /// ``VP8KeyframeEncoder``.
    case live
    /// ``WebPEncoder``.
    case libwebp

    /// Whether it comes to the live one on this machine.
    public var isLive: Bool {
        switch self {
        case .automatic: VP8KeyframeEncoder.isFast
        case .live: true
        case .libwebp: false
        }
    }
}
