import CLibAV
import FrameCodec

/// Owner of an `AVFormatContext` that reads a file.
struct ClipDemuxer: ~Copyable {
    private let context: UnsafeMutablePointer<AVFormatContext>
    private let stream: UnsafeMutablePointer<AVStream>
    private let path: String

    /// Opens a file and finds its video.
    init(path: String) throws(LoopbackCameraError) {
        var options: OpaquePointer?
        // The path must not name anything but a file.
        av_dict_set(&options, "protocol_whitelist", "file", 0)
        defer { av_dict_free(&options) }
        var opened: UnsafeMutablePointer<AVFormatContext>?
        var status = avformat_open_input(&opened, "file:\(path)", nil, &options)
        if status >= 0 { status = avformat_find_stream_info(opened, nil) }
        if status >= 0 { status = av_find_best_stream(opened, AVMEDIA_TYPE_VIDEO, -1, -1, nil, 0) }
        guard status >= 0, let context = opened, let stream = context.pointee.streams[Int(status)] else {
            avformat_close_input(&opened)
            throw LoopbackCameraError(
                code: .cannotOpenClip,
                message: "The clip \(path) cannot be opened as a video file.",
                cause: LibAVError(rawValue: status)
            )
        }
        self.context = context
        self.stream = stream
        self.path = path
    }

    deinit {
        var context: UnsafeMutablePointer<AVFormatContext>? = context
        avformat_close_input(&context)
    }

    /// A copy of what the video is.
    func copyParameters() throws(LoopbackCameraError) -> CodecParameters {
        do {
            return try CodecParameters(copying: stream.pointee.codecpar)
        } catch {
            throw LoopbackCameraError(code: .cannotOpenClip, message: "The clip \(path) cannot be read.", cause: error)
        }
    }

    /// The next frame, with timestamps in 1/90000 s, or nil at the end.
    mutating func next() throws(LoopbackCameraError) -> Packet? {
        do {
            var packet = try Packet()
            while true {
                let status = av_read_frame(context, packet.pointer)
                // A damaged end is an end.
                guard status >= 0 else { return nil }
                if packet.pointer.pointee.stream_index == stream.pointee.index { break }
                packet.unreference()
            }
            av_packet_rescale_ts(packet.pointer, stream.pointee.time_base, AVRational(num: 1, den: 90000))
            return packet
        } catch {
            throw LoopbackCameraError(code: .cannotOpenClip, message: "The clip \(path) cannot be read.", cause: error)
        }
    }
}
