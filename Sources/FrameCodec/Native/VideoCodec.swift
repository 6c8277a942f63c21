package import CLibAV

/// The codecs that may be decoded.
///
/// Camera streams are foreign input, and FFmpeg has hundreds of decoders of very different care; only these are opened,
/// by name.
public enum VideoCodec: Sendable, CaseIterable {
    /// H.264, MPEG-4 part 10 (AVC).
    case h264
    /// H.265 (HEVC).
    case hevc
    /// Motion JPEG.
    case mjpeg
    /// MPEG-4 part 2.
    case mpeg4
    /// VP8 (RFC 6386).
    case vp8
    /// VP9.
    case vp9

    /// The codec with libavcodec's number `id`, or nil when it is not one of these.
    package init?(id: AVCodecID) {
        guard let codec = VideoCodec.allCases.first(where: { $0.id == id }) else { return nil }
        self = codec
    }

    /// libavcodec's number.
    package var id: AVCodecID {
        switch self {
        case .h264: AV_CODEC_ID_H264
        case .hevc: AV_CODEC_ID_HEVC
        case .mjpeg: AV_CODEC_ID_MJPEG
        case .mpeg4: AV_CODEC_ID_MPEG4
        case .vp8: AV_CODEC_ID_VP8
        case .vp9: AV_CODEC_ID_VP9
        }
    }

    /// The name of FFmpeg's own decoder.
    public var name: String {
        switch self {
        case .h264: "h264"
        case .hevc: "hevc"
        case .mjpeg: "mjpeg"
        case .mpeg4: "mpeg4"
        case .vp8: "vp8"
        case .vp9: "vp9"
        }
    }
}
