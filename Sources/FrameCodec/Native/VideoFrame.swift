import CLibAV

/// Owner of an `AVFrame`, which holds references to the memory of a picture's planes.
struct VideoFrame: ~Copyable {
    private let frame: UnsafeMutablePointer<AVFrame>

    /// Allocates a frame without planes (`av_frame_alloc`).
    init() throws(FrameCodecError) {
        guard let frame = av_frame_alloc() else { throw .outOfMemory(for: "a frame") }
        self.frame = frame
    }

    deinit {
        var frame: UnsafeMutablePointer<AVFrame>? = frame
        av_frame_free(&frame)
    }

    /// The frame itself. Valid as long as this owner lives.
    var pointer: UnsafeMutablePointer<AVFrame> { frame }

    /// Pixel format, `AV_PIX_FMT_…`.
    var pixelFormat: AVPixelFormat { AVPixelFormat(rawValue: frame.pointee.format) }
}

/// A frame is reached through its one owner only. The planes may be shared with the decoder, which only reads a picture
/// that it has given out (no frame threads here), and the reference counts are atomic (libavutil/buffer.h). Writing goes
/// through `av_frame_make_writable`, which copies planes that are shared.
extension VideoFrame: @unchecked Sendable {}
