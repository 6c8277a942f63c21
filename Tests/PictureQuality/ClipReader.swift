import CLibAV
package import FrameCodec

/// Reads the packets of a clip's first video stream.
package struct ClipReader: ~Copyable {
    private let format: UnsafeMutablePointer<AVFormatContext>
    private let streamIndex: Int32
    package let parameters: CodecParameters

    package init(path: String) throws {
        var opened: UnsafeMutablePointer<AVFormatContext>?
        let status = avformat_open_input(&opened, path, nil, nil)
        guard status >= 0, let opened else { throw LibAVError(rawValue: status) }
        let index = av_find_best_stream(opened, AVMEDIA_TYPE_VIDEO, -1, -1, nil, 0)
        guard index >= 0 else { throw LibAVError(rawValue: index) }
        let parameters = try CodecParameters(copying: opened.pointee.streams[Int(index)]!.pointee.codecpar)
        format = opened
        streamIndex = index
        self.parameters = parameters
    }

    deinit {
        var format: UnsafeMutablePointer<AVFormatContext>? = format
        avformat_close_input(&format)
    }

    /// The next packet, or nil at the end.
    package mutating func next() throws -> Packet? {
        let packet = try Packet()
        while true {
            let status = av_read_frame(format, packet.pointer)
            if status == clibav_AVERROR_EOF { return nil }
            guard status >= 0 else { throw LibAVError(rawValue: status) }
            if packet.pointer.pointee.stream_index == streamIndex { return packet }
            av_packet_unref(packet.pointer)
        }
    }

    /// Decodes the clip, giving each picture to `body`.
    package mutating func decode(
        threads: DecoderThreads = .one,
        _ body: (consuming Picture) throws -> Void
    ) throws {
        var decoder = try VideoDecoder(parameters: parameters, threads: threads)
        while let packet = try next() {
            try decoder.send(packet)
            while let picture = try decoder.receive() { try body(picture) }
        }
        try decoder.drain()
        while let picture = try decoder.receive() { try body(picture) }
    }
}
