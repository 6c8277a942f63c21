import CLibAV
import FrameCodec
import PictureQuality
import Testing

@Suite struct VideoDecoderTests {
    init() {
        LibAVLog.silence()
    }

    @Test(arguments: VideoCodec.allCases)
    func everyAllowedCodecOpens(codec: VideoCodec) throws {
        var decoder = try VideoDecoder(codec: codec)
        #expect(decoder.codec == codec)
        try decoder.drain()
        let isDone = try decoder.receive() == nil
        #expect(isDone)
    }

    @Test func anotherCodecIsRefusedByName() throws {
        let raw = try #require(avcodec_parameters_alloc())
        defer {
            var parameters: UnsafeMutablePointer<AVCodecParameters>? = raw
            avcodec_parameters_free(&parameters)
        }
        raw.pointee.codec_type = AVMEDIA_TYPE_VIDEO
        raw.pointee.codec_id = AV_CODEC_ID_CINEPAK
        let parameters = try CodecParameters(copying: raw)
        #expect(parameters.codec == nil)
        do {
            _ = try VideoDecoder(parameters: parameters)
            Issue.record("cinepak was opened")
        } catch {
            #expect(error.code == .unsupportedCodec)
            #expect(error.description.contains("cinepak"))
            #expect(error.description.contains("h264"))
        }
    }

    @Test(arguments: [DecoderThreads.one, .slices(2)])
    func picturesComeInOrderOneForOnePacket(threads: DecoderThreads) throws {
        var reader = try ClipReader(path: Media.path(Media.bars[0]))
        var decoder = try VideoDecoder(parameters: reader.parameters, threads: threads)
        var timestamps: [Int64] = []
        var packets = 0
        while let packet = try reader.next() {
            packets += 1
            try decoder.send(packet)
            while let picture = try decoder.receive() {
                let (size, format, time) = (picture.size, picture.pixelFormat, picture.presentationTimestamp)
                let (isCorrupt, isKeyframe) = (picture.isCorrupt, picture.isKeyframe)
                #expect(size == PictureSize(width: 1280, height: 720))
                #expect(format == .yuv420p)
                #expect(!isCorrupt)
                #expect(isKeyframe == timestamps.isEmpty)
                timestamps.append(try #require(time))
            }
            // No frame of delay: each packet gives its picture at once.
            #expect(timestamps.count == packets)
        }
        #expect(timestamps.count == 30)
        #expect(timestamps == timestamps.sorted() && Set(timestamps).count == 30)
    }

    @Test func decodingGoesOnAfterDrainAndFlush() throws {
        var decoder: VideoDecoder?
        for _ in 0..<3 {
            var reader = try ClipReader(path: Media.path(Media.bars[0]))
            if decoder == nil { decoder = try VideoDecoder(parameters: reader.parameters) }
            let packet = try unwrap(reader.next())
            try decoder!.send(packet)
            try decoder!.drain()
            _ = try unwrap(decoder!.receive())
            let isDone = try decoder!.receive() == nil
            #expect(isDone)
            do {
                try decoder!.send(packet)
                Issue.record("a drained decoder took a packet")
            } catch {
                #expect(error.code == .endOfStream)
            }
            decoder!.flush()
        }
    }

    /// A packet in pieces, with `AV_CODEC_FLAG2_CHUNKS`: the picture is there after the last piece.
    @Test func piecesOfAnAccessUnitMakeAPicture() throws {
        var reader = try ClipReader(path: Media.path(Media.bars[0]))
        var whole = try VideoDecoder(parameters: reader.parameters)
        let packet = try unwrap(reader.next())
        try whole.send(packet)
        let expected = try unwrap(whole.receive())
        // The clip stores NAL units behind their length in 4 bytes; every one goes alone.
        var decoder = try VideoDecoder(parameters: reader.parameters, lowDelayChunks: true)
        let bytes = Array(UnsafeBufferPointer(start: packet.pointer.pointee.data, count: packet.byteCount))
        var offset = 0
        var picture: Picture?
        while offset < bytes.count {
            let isEarly = picture != nil
            #expect(!isEarly)
            let length = bytes[offset..<(offset + 4)].reduce(0) { $0 << 8 | Int($1) }
            let piece = try Packet(copying: bytes[offset..<(offset + 4 + length)], presentationTimestamp: 0)
            offset += 4 + length
            try decoder.send(piece)
            picture = try decoder.receive()
        }
        let got = try unwrap(picture.take())
        let sizes = (got.size, expected.size)
        #expect(sizes.0 == sizes.1)
        let same = expected.withPlanes { y, _, _ in
            got.withPlanes { other, _, _ in (0..<y.height).allSatisfy { y[row: $0].elementsEqual(other[row: $0]) } }
        }
        #expect(same)
    }

    /// Every byte position takes its turn at being wrong; what comes out must be an error or a picture.
    @Test func damagedPacketsNeverCrash() throws {
        var generator = SplitMix(state: 42)
        var areas = 0
        for clip in Media.bars {
            for _ in 0..<8 {
                var reader = try ClipReader(path: Media.path(clip))
                var decoder = try VideoDecoder(parameters: reader.parameters)
                while let packet = try reader.next() {
                    var bytes = Array(UnsafeBufferPointer(start: packet.pointer.pointee.data, count: packet.byteCount))
                    for _ in 0..<3 {
                        bytes[Int(generator.next() % UInt64(bytes.count))] = UInt8(generator.next() & 255)
                    }
                    if generator.next() % 4 == 0 { bytes.removeLast(Int(generator.next() % UInt64(bytes.count))) }
                    do {
                        try decoder.send(try Packet(copying: bytes))
                        while let picture = try decoder.receive() { areas += picture.size.area }
                    } catch {
                        #expect(error.code == .invalidData)
                        #expect(error.cause is LibAVError)
                    }
                }
            }
        }
        #expect(areas > 0)
        for codec in VideoCodec.allCases {
            var decoder = try VideoDecoder(codec: codec)
            for count in 1...200 {
                let junk = (0..<count).map { _ in UInt8(generator.next() & 255) }
                do {
                    try decoder.send(try Packet(copying: junk))
                    while let picture = try decoder.receive() { areas += picture.size.area }
                } catch {
                    #expect(error.code == .invalidData)
                }
            }
        }
    }

    @Test func errorsNameLibavsOwnText() {
        #expect(LibAVError.endOfFile.description.contains("End of file"))
        #expect(LibAVError.invalidData.description.contains("Invalid data"))
        #expect(LibAVError.unauthorized != LibAVError.notFound)
    }
}

/// A small generator, the same on every run (Steele, Lea and Flood 2014).
private struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}
