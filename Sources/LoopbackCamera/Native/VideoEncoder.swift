import CLibAV
import FrameCodec

/// Owner of an `AVCodecContext` that encodes for a live camera: no frame is held back, a keyframe comes every second.
struct VideoEncoder: ~Copyable {
    private let context: UnsafeMutablePointer<AVCodecContext>

    /// Opens libx264, or else the MPEG-4 encoder, which every build of libavcodec has.
    init(size: PictureSize, frameRate: Int) throws(LoopbackCameraError) {
        let codec = avcodec_find_encoder_by_name("libx264") ?? avcodec_find_encoder_by_name("mpeg4")
        var allocated = avcodec_alloc_context3(codec)
        guard let codec, let context = allocated else {
            avcodec_free_context(&allocated)
            throw LoopbackCameraError(
                code: .cannotEncode,
                message: "libavcodec has neither libx264 nor the MPEG-4 encoder; use a clip."
            )
        }
        context.pointee.width = Int32(size.width)
        context.pointee.height = Int32(size.height)
        context.pointee.pix_fmt = AV_PIX_FMT_YUV420P
        context.pointee.time_base = AVRational(num: 1, den: 90000)
        context.pointee.framerate = AVRational(num: Int32(frameRate), den: 1)
        context.pointee.gop_size = Int32(frameRate)
        context.pointee.max_b_frames = 0
        context.pointee.thread_count = 1
        context.pointee.colorspace = AVCOL_SPC_SMPTE170M
        context.pointee.color_range = AVCOL_RANGE_MPEG
        // The description needs the parameter sets before the first frame.
        context.pointee.flags |= AV_CODEC_FLAG_GLOBAL_HEADER
        var options: OpaquePointer?
        defer { av_dict_free(&options) }
        if codec.pointee.id == AV_CODEC_ID_H264 {
            av_dict_set(&options, "preset", "ultrafast", 0)
            av_dict_set(&options, "tune", "zerolatency", 0)
            av_dict_set(&options, "crf", "20", 0)
        } else {
            // MPEG-4 counts time in 16 bits.
            context.pointee.time_base = AVRational(num: 1, den: Int32(frameRate))
            context.pointee.flags |= AV_CODEC_FLAG_QSCALE
            context.pointee.global_quality = 4 * FF_QP2LAMBDA
        }
        let status = avcodec_open2(context, codec, &options)
        guard status >= 0 else {
            avcodec_free_context(&allocated)
            throw LoopbackCameraError(
                code: .cannotEncode,
                message: "The encoder cannot be opened for \(size) at \(frameRate) frames a second.",
                cause: LibAVError(rawValue: status)
            )
        }
        self.context = context
    }

    deinit {
        var context: UnsafeMutablePointer<AVCodecContext>? = context
        avcodec_free_context(&context)
    }

    /// A copy of what the stream is.
    func copyParameters() throws(LoopbackCameraError) -> CodecParameters {
        var parameters = avcodec_parameters_alloc()
        defer { avcodec_parameters_free(&parameters) }
        do {
            guard let parameters, avcodec_parameters_from_context(parameters, context) >= 0 else {
                throw LibAVError.noMemory
            }
            return try CodecParameters(copying: parameters)
        } catch {
            throw LoopbackCameraError(code: .cannotEncode, message: "The encoder cannot be described.", cause: error)
        }
    }

    /// Encodes a picture, whose timestamp is in 1/90000 s, and so are the frame's.
    mutating func encode(_ picture: borrowing Picture) throws(LoopbackCameraError) -> Packet {
        let clock = AVRational(num: 1, den: 90000)
        let time = picture.presentationTimestamp ?? 0
        picture.pointer.pointee.pts = av_rescale_q(time, clock, context.pointee.time_base)
        var status = avcodec_send_frame(context, picture.pointer)
        do {
            let packet = try Packet()
            // One frame in, one out: no B frames, no look-ahead, no threads.
            if status >= 0 { status = avcodec_receive_packet(context, packet.pointer) }
            guard status >= 0 else { throw LibAVError(rawValue: status) }
            av_packet_rescale_ts(packet.pointer, context.pointee.time_base, clock)
            return packet
        } catch {
            throw LoopbackCameraError(code: .cannotEncode, message: "A frame cannot be encoded.", cause: error)
        }
    }
}
