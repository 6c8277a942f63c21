import CLibAV
import FrameCodec
import NIOCore

/// Owner of libavformat's RTP muxer, which cuts frames into packets by the payload format of their codec.
///
/// Its output stays in memory: there is no socket.
struct RTPPacketizer: ~Copyable {
    private let context: UnsafeMutablePointer<AVFormatContext>
    private let stream: UnsafeMutablePointer<AVStream>
    private var output: PacketOutput
    /// The description of the stream.
    let description: SessionDescription

    /// Largest RTP packet in bytes: Ethernet's 1500 without the headers below, and some room for tunnels.
    private static let packetSize: Int32 = 1400

    /// Sets up a muxer for a codec.
    init(parameters: borrowing CodecParameters, source: UInt32) throws(LoopbackCameraError) {
        guard let output = PacketOutput(packetSize: Int(Self.packetSize)) else {
            throw LoopbackCameraError(code: .cannotPackClip, message: "There is no memory for RTP packets.")
        }
        var allocated: UnsafeMutablePointer<AVFormatContext>?
        var options: OpaquePointer?
        defer { av_dict_free(&options) }
        // Sender reports are written by SenderReport, for each client when it begins.
        av_dict_set(&options, "rtpflags", "skip_rtcp", 0)
        av_dict_set_int(&options, "ssrc", Int64(Int32(bitPattern: source)), 0)
        var status = avformat_alloc_output_context2(&allocated, nil, "rtp", nil)
        var stream: UnsafeMutablePointer<AVStream>?
        var text = ""
        var hasHeader = false
        if status >= 0, let context = allocated {
            stream = avformat_new_stream(context, nil)
            status = stream.map { avcodec_parameters_copy($0.pointee.codecpar, parameters.pointer) } ?? -1
            stream?.pointee.codecpar.pointee.codec_tag = 0
            stream?.pointee.time_base = AVRational(num: 1, den: 90000)
            context.pointee.packet_size = UInt32(Self.packetSize)
            context.pointee.pb = output.pointer
            if status >= 0 { status = avformat_write_header(context, &options) }
            hasHeader = status >= 0
            if status >= 0 {
                var contexts: [UnsafeMutablePointer<AVFormatContext>?] = [context]
                var characters = [CChar](repeating: 0, count: 16384)
                status = av_sdp_create(&contexts, 1, &characters, Int32(characters.count))
                text = String(decoding: characters.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
            }
        }
        guard status >= 0, let context = allocated, let stream else {
            if hasHeader { av_write_trailer(allocated) }
            avformat_free_context(allocated)
            throw LoopbackCameraError(
                code: .cannotPackClip,
                message: "Video in \(parameters.codecName) cannot be sent over RTP.",
                cause: LibAVError(rawValue: status)
            )
        }
        self.context = context
        self.stream = stream
        self.output = output
        description = SessionDescription(mediaOf: text)
    }

    deinit {
        // Lets the muxer free what avformat_write_header made; the output goes after it.
        av_write_trailer(context)
        avformat_free_context(context)
    }

    /// Cuts a frame, whose timestamps are in 1/90000 s and are moved by `delay`, into RTP packets.
    mutating func packets(of frame: borrowing Packet, delay: Int64) throws(LoopbackCameraError) -> [ByteBuffer] {
        let pointer = frame.pointer
        pointer.pointee.stream_index = 0
        pointer.pointee.pts += delay
        pointer.pointee.dts += delay
        av_packet_rescale_ts(pointer, AVRational(num: 1, den: 90000), stream.pointee.time_base)
        let status = av_write_frame(context, pointer)
        guard status >= 0 else {
            throw LoopbackCameraError(
                code: .cannotPackClip,
                message: "A frame cannot be cut into RTP packets.",
                cause: LibAVError(rawValue: status)
            )
        }
        return output.takePackets()
    }
}
