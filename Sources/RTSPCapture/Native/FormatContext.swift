import CLibAV
package import FrameCodec

/// How to open an input with libavformat.
package struct OpenRequest: Sendable {
    /// For libavformat; it may have a password in it.
    var secretURL: String
    /// The demultiplexer to use, or nil to find out.
    var format: String?
    /// Options by name, as in `ffmpeg -h demuxer=…`.
    var options: [String: String]
    /// Whether streams may be looked into (and waited for) until their codecs are known.
    var probes: Bool
}

/// What a demultiplexer says about a stream.
package struct StreamDescription: Sendable {
    package var index: Int
    package var timeBase: TimeBase
    /// Microseconds from picture to picture by the container, where it says so.
    var interval: Int64?
}

/// Owner of an `AVFormatContext` with an open input.
package struct FormatContext: ~Copyable {
    private let context: UnsafeMutablePointer<AVFormatContext>
    private let watch: InputWatch

    /// Opens an input (`avformat_open_input`), within the time that `watch` gives.
    ///
    /// - Throws: libav's status code.
    package init(_ request: OpenRequest, watch: InputWatch) throws(LibAVError) {
        guard let allocated = avformat_alloc_context() else { throw .noMemory }
        watch.attach(to: allocated, url: request.secretURL)
        allocated.pointee.probesize = 1 << 20
        allocated.pointee.max_analyze_duration = Int64(AV_TIME_BASE)
        var dictionary: OpaquePointer?
        for (name, value) in request.options { av_dict_set(&dictionary, name, value, 0) }
        var context: UnsafeMutablePointer<AVFormatContext>? = allocated
        let status = avformat_open_input(
            &context,
            request.secretURL,
            request.format.flatMap { av_find_input_format($0) },
            &dictionary
        )
        av_dict_free(&dictionary)
        guard status >= 0, let context else {
            // avformat_open_input has freed it.
            watch.detach(from: allocated)
            throw LibAVError(rawValue: status)
        }
        watch.opened()
        self.context = context
        self.watch = watch
        if request.probes && !FormatContext.hasKnownVideo(context) {
            // What it cannot find out is missed where the stream is looked for.
            avformat_find_stream_info(context, nil)
        }
    }

    deinit {
        watch.armForClosing()
        var closing: UnsafeMutablePointer<AVFormatContext>? = context
        avformat_close_input(&closing)
        watch.detach(from: context)
    }

    private static func hasKnownVideo(_ context: UnsafeMutablePointer<AVFormatContext>) -> Bool {
        (0..<Int(context.pointee.nb_streams)).contains { index in
            guard let parameters = context.pointee.streams[index]?.pointee.codecpar else { return false }
            return parameters.pointee.codec_type == AVMEDIA_TYPE_VIDEO
                && parameters.pointee.codec_id != AV_CODEC_ID_NONE
        }
    }

    /// The video stream to show, or nil when there is none. Cover pictures of sound files do not count.
    package func videoStream() -> StreamDescription? {
        let best = av_find_best_stream(context, AVMEDIA_TYPE_VIDEO, -1, -1, nil, 0)
        guard best >= 0, let stream = context.pointee.streams[Int(best)],
            stream.pointee.disposition & AV_DISPOSITION_ATTACHED_PIC == 0
        else { return nil }
        let rate = stream.pointee.avg_frame_rate
        return StreamDescription(
            index: Int(best),
            timeBase: TimeBase(numerator: stream.pointee.time_base.num, denominator: stream.pointee.time_base.den),
            interval: rate.num > 0 && rate.den > 0 ? 1_000_000 * Int64(rate.den) / Int64(rate.num) : nil
        )
    }

    /// A copy of what is known of a stream's codec.
    package func codecParameters(of stream: StreamDescription) throws(FrameCodecError) -> CodecParameters {
        try CodecParameters(copying: context.pointee.streams[stream.index]!.pointee.codecpar)
    }

    /// Makes ``read(into:)`` give RTP fragments as they come, instead of whole access units one picture late.
    ///
    /// To be called before the first packet is read, which is when libavformat would make a parser.
    mutating func leaveFragments() {
        // Without the parser the timestamps of what it would have made cannot be filled in either (avformat.h).
        context.pointee.flags |= AVFMT_FLAG_NOPARSE | AVFMT_FLAG_NOFILLIN
    }

    /// Whether the wall-clock time of the timestamps is known: over RTSP from an RTCP sender report (RFC 3550, 6.4.1)
    /// alone, which rtsp.c keeps as the start's time.
    var hasWallClock: Bool { context.pointee.start_time_realtime != clibav_AV_NOPTS_VALUE }

    /// What there is besides the stream that is shown, as the container has it.
    var offeredStreams: [OfferedStream] {
        (0..<min(Int(context.pointee.nb_streams), OfferedStream.mostStreams)).compactMap { index in
            guard let parameters = context.pointee.streams[index]?.pointee.codecpar else { return nil }
            let type = av_get_media_type_string(parameters.pointee.codec_type).map { String(cString: $0) }
            return OfferedStream(
                kind: type ?? "unknown",
                codec: String(cString: avcodec_get_name(parameters.pointee.codec_id))
            )
        }
    }

    /// Lets the other streams' packets be dropped where they are read.
    func discardAll(but stream: StreamDescription) {
        for index in 0..<Int(context.pointee.nb_streams) where index != stream.index {
            context.pointee.streams[index]?.pointee.discard = AVDISCARD_ALL
        }
    }

    /// Reads the next packet (`av_read_frame`), within the time that the watch gives.
    ///
    /// - Throws: libav's status code: `endOfFile`, `interrupted`, or what the network or the container gave.
    package mutating func read(into packet: inout Packet) throws(LibAVError) {
        packet.unreference()
        let status = av_read_frame(context, packet.pointer)
        guard status >= 0 else { throw LibAVError(rawValue: status) }
    }

    /// Goes back to the beginning (`avformat_seek_file`).
    mutating func rewind() throws(LibAVError) {
        let status = avformat_seek_file(context, -1, Int64.min, 0, Int64.max, 0)
        guard status >= 0 else { throw LibAVError(rawValue: status) }
    }
}
