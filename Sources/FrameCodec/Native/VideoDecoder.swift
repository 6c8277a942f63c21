import CLibAV

/// A decoder of one video stream: packets in, pictures out.
///
/// After each ``send(_:)`` call ``receive()`` until it gives nil. Use it from one thread at a time.
public struct VideoDecoder: ~Copyable, Sendable {
    /// What is decoded.
    public let codec: VideoCodec

    /// Pictures with more pixels than this are refused, before memory for them is taken: 8K.
    package static let maximumPixels = 8192 * 4320

    private var context: CodecContext
    /// Filled by `avcodec_receive_frame`, and given away with the picture in it.
    private var spare: VideoFrame?

    /// Opens a decoder for a stream with these parameters.
    ///
    /// - Parameters:
    ///   - parameters: what the demultiplexer knows of the stream.
    ///   - threads: how many threads share a frame.
    ///   - lowDelayChunks: packets may be pieces of an access unit (`AV_CODEC_FLAG2_CHUNKS`), and a picture comes out as
    ///     soon as its last slice went in.
    /// - Throws: ``FrameCodecError`` with code `unsupportedCodec` for a codec that is not a ``VideoCodec``, `invalidData`
    ///   for parameters that the decoder refuses, `outOfMemory`.
    package init(
        parameters: borrowing CodecParameters,
        threads: DecoderThreads = .one,
        lowDelayChunks: Bool = false
    ) throws(FrameCodecError) {
        guard parameters.isVideo, let codec = parameters.codec else {
            throw FrameCodecError(
                code: .unsupportedCodec,
                message: "The stream's codec \(parameters.codecName) is not decoded; set the camera to one of "
                    + "\(VideoCodec.allCases.map(\.name).joined(separator: ", "))."
            )
        }
        let context = try CodecContext(decoder: codec)
        let status = avcodec_parameters_to_context(context.pointer, parameters.pointer)
        guard status >= 0 else {
            throw FrameCodecError(
                code: .invalidData,
                message: "The \(codec.name) decoder does not take the stream's parameters.",
                cause: LibAVError(rawValue: status)
            )
        }
        try self.init(codec, context, threads, lowDelayChunks)
    }

    /// Opens a decoder for a stream of which only the codec is known, and the extradata if it has any.
    ///
    /// - Throws: as ``init(parameters:threads:lowDelayChunks:)``.
    package init(
        codec: VideoCodec,
        extradata: [UInt8] = [],
        threads: DecoderThreads = .one,
        lowDelayChunks: Bool = false
    ) throws(FrameCodecError) {
        var context = try CodecContext(decoder: codec)
        try context.setExtradata(extradata)
        try self.init(codec, context, threads, lowDelayChunks)
    }

    private init(
        _ codec: VideoCodec,
        _ context: consuming CodecContext,
        _ threads: DecoderThreads,
        _ lowDelayChunks: Bool
    ) throws(FrameCodecError) {
        let pointer = context.pointer
        pointer.pointee.thread_count = Int32(threads.count)
        pointer.pointee.thread_type = FF_THREAD_SLICE
        pointer.pointee.flags |= AV_CODEC_FLAG_LOW_DELAY
        pointer.pointee.max_pixels = Int64(VideoDecoder.maximumPixels)
        if lowDelayChunks {
            pointer.pointee.flags2 |= AV_CODEC_FLAG2_CHUNKS
            // With concealment on, the decoder takes a piece of an access unit for a damaged whole.
            pointer.pointee.error_concealment = 0
            pointer.pointee.err_recognition = 0
        }
        let status = avcodec_open2(pointer, pointer.pointee.codec, nil)
        guard status >= 0 else {
            throw FrameCodecError(
                code: status == clibav_AVERROR_ENOMEM ? .outOfMemory : .invalidData,
                message: "The \(codec.name) decoder cannot be opened with the stream's parameters.",
                cause: LibAVError(rawValue: status)
            )
        }
        self.codec = codec
        self.context = context
    }

    /// Gives the decoder a packet, whose data it keeps a reference to.
    ///
    /// - Throws: `invalidData` for a damaged packet, after which decoding can go on; `outputPending` when pictures must be
    ///   received first; `endOfStream` after ``drain()``.
    package mutating func send(_ packet: borrowing Packet) throws(FrameCodecError) {
        // An empty packet would mean the end of the stream.
        guard packet.byteCount > 0 else { return }
        try check(avcodec_send_packet(context.pointer, packet.pointer), "take a packet")
    }

    /// The next picture, or nil when the decoder wants another packet (or, after ``drain()``, has no more).
    ///
    /// - Throws: `invalidData` for damaged data, after which decoding can go on.
    package mutating func receive() throws(FrameCodecError) -> Picture? {
        let frame = if let spare = spare.take() { spare } else { try VideoFrame() }
        let status = avcodec_receive_frame(context.pointer, frame.pointer)
        guard status >= 0 else {
            spare = consume frame
            if status == clibav_AVERROR_EAGAIN || status == clibav_AVERROR_EOF { return nil }
            try check(status, "give a picture")
            return nil
        }
        return Picture(frame)
    }

    /// Forgets all packets and reference pictures, after a seek or a gap; decoding starts anew at the next keyframe.
    package mutating func flush() {
        avcodec_flush_buffers(context.pointer)
    }

    /// Says that no packet follows: ``receive()`` then gives the pictures that were held back for reordering.
    package mutating func drain() throws(FrameCodecError) {
        let status = avcodec_send_packet(context.pointer, nil)
        if status != clibav_AVERROR_EOF { try check(status, "end") }
    }

    /// The profile that the stream says, by libavcodec's name; nil before the first picture, and where there is none.
    package var profileName: String? {
        avcodec_profile_name(codec.id, context.pointer.pointee.profile).map { String(cString: $0) }
    }

    /// The level that the stream says, as the codec's standard numbers it in its headers; nil as for ``profileName``.
    package var level: Int? {
        let level = context.pointer.pointee.level
        return level == FF_LEVEL_UNKNOWN || level < 0 ? nil : Int(level)
    }

    /// Pictures a second as the stream's own headers declare them, once they were decoded.
    package var declaredFrameRate: Double? {
        let rate = context.pointer.pointee.framerate
        return rate.num > 0 && rate.den > 0 ? Double(rate.num) / Double(rate.den) : nil
    }

    private func check(_ status: Int32, _ operation: String) throws(FrameCodecError) {
        if status >= 0 { return }
        // What avcodec_send_packet and avcodec_receive_frame document: EAGAIN, EOF, EINVAL (not opened: excluded by init),
        // ENOMEM, and "other" codes, which come from the data.
        let code: FrameCodecError.Code =
            switch status {
            case clibav_AVERROR_EAGAIN: .outputPending
            case clibav_AVERROR_EOF: .endOfStream
            case clibav_AVERROR_ENOMEM: .outOfMemory
            default: .invalidData
            }
        throw FrameCodecError(
            code: code,
            message: "The \(codec.name) decoder could not \(operation).",
            cause: LibAVError(rawValue: status)
        )
    }
}

extension CodecContext {
    /// A context for FFmpeg's own decoder of `codec`.
    fileprivate init(decoder codec: VideoCodec) throws(FrameCodecError) {
        guard let decoder = avcodec_find_decoder_by_name(codec.name) else {
            throw FrameCodecError(
                code: .unsupportedCodec,
                message: "This build of libavcodec has no \(codec.name) decoder; install the distribution's full one."
            )
        }
        try self.init(codec: decoder)
    }
}
