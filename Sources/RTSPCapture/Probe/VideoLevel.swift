package import FrameCodec

/// How people write the level of a video stream.
package enum VideoLevel {
    /// As in `3.1`; nil where the codec has no levels that people would know.
    package static func text(_ level: Int, of codec: VideoCodec) -> String? {
        switch codec {
        // ITU-T H.264, A.3.1: ten times the level's number. 9 is libavcodec's for level 1b.
        case .h264: level == 9 ? "1b" : decimal(level, unit: 10)
        // ITU-T H.265, A.4.1: thirty times.
        case .hevc: decimal(level / 3, unit: 10)
        default: nil
        }
    }

    private static func decimal(_ level: Int, unit: Int) -> String? {
        guard level > 0, level < 200 else { return nil }
        return level % unit == 0 ? "\(level / unit)" : "\(level / unit).\(level % unit)"
    }
}
