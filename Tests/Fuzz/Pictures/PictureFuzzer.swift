import FrameCodec

/// libFuzzer's entry: what a camera sends, on the whole way of a picture: decoder, converter, both encoders.
///
/// The first byte picks the codec and the way of decoding; each packet that follows has its length in front, in 16 bits.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzPictures(_ start: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
    guard count > 1 else { return 0 }
    LibAVLog.silence()
    var rest = Array(UnsafeBufferPointer(start: start, count: count))[...]
    let choice = rest.removeFirst()
    let codecs = VideoCodec.allCases
    do {
        try decode(
            &rest,
            by: VideoDecoder(
                codec: codecs[Int(choice & 0x0F) % codecs.count],
                threads: choice & 0x10 == 0 ? .one : .slices(2),
                lowDelayChunks: choice & 0x20 != 0
            )
        )
    } catch {
        precondition(error is FrameCodecError, "\(error)")
    }
    return 0
}

/// More pixels would only make a run slow: what can go wrong does so with few of them.
private let mostPixels = 640 * 360

private func decode(_ rest: inout ArraySlice<UInt8>, by decoder: consuming VideoDecoder) throws {
    var pipeline = Pipeline(libwebp: try WebPEncoder(), live: try VP8KeyframeEncoder())
    var sent: Int64 = 0
    while rest.count > 2 {
        let length = min(Int(rest.removeFirst()) << 8 | Int(rest.removeFirst()), rest.count)
        let packet = rest.prefix(length)
        rest = rest.dropFirst(length)
        sent += 1
        // After damaged data decoding goes on, as in a capture.
        try? decoder.send(Packet(copying: packet, presentationTimestamp: sent))
        try? pipeline.take(from: &decoder)
    }
    try? decoder.drain()
    try? pipeline.take(from: &decoder)
}

/// What becomes of a picture behind the decoder.
private struct Pipeline: ~Copyable {
    private var converter = PictureConverter()
    private var libwebp: WebPEncoder
    private var live: VP8KeyframeEncoder

    init(libwebp: consuming WebPEncoder, live: consuming VP8KeyframeEncoder) {
        self.libwebp = libwebp
        self.live = live
    }

    mutating func take(from decoder: inout VideoDecoder) throws {
        while let picture = try decoder.receive() {
            let size = picture.size
            guard size.width * size.height <= mostPixels else { continue }
            let converted = try converter.convert(picture)
            for image in [try libwebp.encode(converted), try live.encode(converted)] {
                precondition(image.size == size && image.bytes.count > 20, "\(image)")
            }
        }
    }
}
