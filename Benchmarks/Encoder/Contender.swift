import FrameCodec

/// An encoder with a setting, which is then tried at several qualities.
enum Contender: Hashable {
    case live(VP8Kernels, threads: Int)
    case libwebp(method: Int)

    var name: String {
        switch self {
        case .live(let kernels, threads: 1): "live, \(kernels.rawValue)"
        case .live(let kernels, let threads): "live, \(kernels.rawValue), \(threads) threads"
        case .libwebp(let method): "libwebp method \(method)"
        }
    }

    /// An encoder at work, seen as a function.
    func makeEncoder(quality: Float) throws -> (borrowing Picture) throws -> EncodedImage {
        switch self {
        case .live(let kernels, let threads):
            let box = Box(
                try VP8KeyframeEncoder(configuration: .init(quality: quality, threads: threads, kernels: kernels))
            )
            return { try box.encoder.encode($0) }
        case .libwebp(let method):
            let box = Box(try WebPEncoder(configuration: .init(quality: quality, method: method)))
            return { try box.encoder.encode($0) }
        }
    }

    private final class Box<Encoder: PictureEncoder & ~Copyable> {
        var encoder: Encoder

        init(_ encoder: consuming Encoder) {
            self.encoder = encoder
        }
    }
}
