/// Which instructions the inner loops of ``VP8KeyframeEncoder`` use. Each gives the same bytes.
public enum VP8Kernels: String, Hashable, Sendable, CaseIterable {
    /// Plain C.
    case portable
    /// 32 bytes at a time, on x86-64 with AVX2, BMI1 and BMI2.
    case avx2
    /// 64 bytes at a time, on x86-64 with AVX-512 F, BW, CD, DQ, VL and VBMI.
    case avx512

    /// Whether this processor has the instructions.
    public var isAvailable: Bool { rank <= VP8Kernels.best.rank }

    private var rank: Int {
        switch self {
        case .portable: 0
        case .avx2: 1
        case .avx512: 2
        }
    }
}
