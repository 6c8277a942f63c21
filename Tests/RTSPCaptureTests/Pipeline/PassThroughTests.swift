import FrameCodec
import RTSPCapture
import Testing

@Suite("Images that are passed through")
struct PassThroughTests {
    private func configuration(_ source: String) throws -> CameraPipeline.Configuration {
        var configuration = CameraPipeline.Configuration(source: try SourceURL(source))
        configuration.capture.frameRate = nil
        configuration.capture.passesImagesThrough = true
        return configuration
    }

    @Test("are the source's own, byte for byte and in order", .timeLimit(.minutes(1)))
    func bytes() async throws {
        let name = "vtest-720p.mjpeg.mkv"
        let images = try Clip(name).samples
        let pipeline = CameraPipeline(configuration: try configuration(Clip.path(name)))
        var last = -1
        for try await frame in pipeline {
            #expect(frame.image.format == .jpeg)
            #expect(frame.image.size == PictureSize(width: 1280, height: 720))
            let place = try #require(images.indices.first { $0 > last && images[$0] == frame.image.bytes })
            #expect(place == Int(frame.sourceSequence) - 1)
            last = place
        }
        #expect(last == images.count - 1)
        let counts = pipeline.statistics
        #expect(counts.decoded == UInt64(images.count))
        #expect(counts.encoded == UInt64(images.count))
        #expect(counts.encoded == counts.late + counts.replacedBeforeDelivery + counts.delivered)
    }

    @Test("A source of another kind is an error that says what to do")
    func otherCodec() async throws {
        let configuration = try configuration(Clip.path("ball-320x180.h264.mp4"))
        let error = await errorOf(CameraPipeline(configuration: configuration))
        #expect(error?.code == .unsupportedCodec)
        #expect(error?.isPermanent == true)
        #expect(error?.message.contains("h264") == true)
        #expect(error?.message.contains("Motion JPEG") == true)
    }

    @Test("What would need decoding is refused before the source is opened")
    func settings() async throws {
        func code(_ change: (inout CameraPipeline.Configuration) throws -> Void) async throws -> CaptureError.Code? {
            var configuration = try configuration("rtsp://127.0.0.1:1/none")
            try change(&configuration)
            return await errorOf(CameraPipeline(configuration: configuration))?.code
        }
        #expect(try await code { $0.size.width = 640 } == .invalidConfiguration)
        #expect(try await code { $0.budget = EncodingBudget(bitsPerSecond: 1_000_000) } == .invalidConfiguration)
        #expect(try await code { $0.unchanged = UnchangedPolicy() } == .invalidConfiguration)
        #expect(try await code { $0.renditions = [try Rendition("a=32x32")] } == .invalidConfiguration)
        #expect(try await code { $0.capture.source = try SourceURL("test:") } == .invalidConfiguration)
        let transforming = RTSPSource<Int>(configuration: try configuration("test:").capture) { _, _ in 1 }
        #expect(await errorOf(transforming)?.code == .invalidConfiguration)
    }
}
