package import CLibAV

/// Owner of a copy of `AVCodecParameters`: codec, extradata and size of a stream.
package struct CodecParameters: ~Copyable {
    private let parameters: UnsafeMutablePointer<AVCodecParameters>

    /// Copies `source` (`avcodec_parameters_copy`), which may go away afterwards.
    package init(copying source: UnsafePointer<AVCodecParameters>) throws(FrameCodecError) {
        var copy = avcodec_parameters_alloc()
        // Fails for want of memory only.
        guard let parameters = copy, avcodec_parameters_copy(parameters, source) >= 0 else {
            avcodec_parameters_free(&copy)
            throw .outOfMemory(for: "codec parameters")
        }
        self.parameters = parameters
    }

    deinit {
        var parameters: UnsafeMutablePointer<AVCodecParameters>? = parameters
        avcodec_parameters_free(&parameters)
    }

    /// The parameters themselves. Valid as long as this owner lives.
    package var pointer: UnsafeMutablePointer<AVCodecParameters> { parameters }

    /// The codec, if it is one that may be decoded here.
    package var codec: VideoCodec? { VideoCodec(id: parameters.pointee.codec_id) }

    /// libavcodec's name of the codec, whichever it is.
    package var codecName: String { String(cString: avcodec_get_name(parameters.pointee.codec_id)) }

    /// Whether this describes video.
    package var isVideo: Bool { parameters.pointee.codec_type == AVMEDIA_TYPE_VIDEO }

    /// The size, when it is known before the first picture.
    package var size: PictureSize? {
        PictureSize(width: Int(parameters.pointee.width), height: Int(parameters.pointee.height))
    }
}

/// Reached through one owner only; libavcodec keeps no other pointer to it and ties it to no thread.
extension CodecParameters: @unchecked Sendable {}
