import Foundation
import FrameCodec
import RTSPCapture
import Testing

@Suite("Unchanged pictures")
struct UnchangedFilterTests {
    private func time(_ seconds: Double) -> MonotonicTime { MonotonicTime(microseconds: Int64(seconds * 1_000_000)) }

    @Test("The first picture and each that differs is encoded")
    func changes() {
        var filter = UnchangedFilter(UnchangedPolicy())
        #expect(filter.judge(nil, at: time(0)) == .encode)
        #expect(filter.judge(.different, at: time(0.01)) == .encode)
        #expect(filter.judge(.different, at: time(5)) == .encode)
    }

    @Test("While nothing changes, the image is repeated once in the interval and not encoded")
    func identical() {
        var filter = UnchangedFilter(UnchangedPolicy(repeatInterval: .seconds(1)))
        _ = filter.judge(nil, at: time(0))
        let verdicts = (1...300).map { filter.judge(.identical, at: time(Double($0) / 30)) }
        #expect(verdicts.count { $0 == .repeat } == 10)
        #expect(!verdicts.contains(.encode))
        #expect(verdicts[29] == .repeat)
    }

    @Test("What differs by noise only is encoded anew at the end of the interval")
    func similar() {
        var filter = UnchangedFilter(UnchangedPolicy(repeatInterval: .seconds(1)))
        _ = filter.judge(nil, at: time(0))
        let verdicts = (1...300).map { filter.judge(.similar, at: time(Double($0) / 30)) }
        #expect(verdicts.count { $0 == .encode } == 10)
        #expect(!verdicts.contains(.repeat))
    }

    @Test("A picture that changed puts the repeat off")
    func repeatIsBounded() {
        var filter = UnchangedFilter(UnchangedPolicy(repeatInterval: .seconds(1)))
        _ = filter.judge(nil, at: time(0))
        #expect(filter.judge(.different, at: time(0.9)) == .encode)
        #expect(filter.judge(.identical, at: time(1.1)) == .skip)
        #expect(filter.judge(.identical, at: time(1.95)) == .repeat)
    }

    @Test("Impossible policies are refused")
    func validation() async throws {
        var configuration = CameraPipeline.Configuration(source: try SourceURL("test:size=320x180"))
        configuration.unchanged = UnchangedPolicy(threshold: 256)
        #expect(await errorOf(CameraPipeline(configuration: configuration))?.code == .invalidConfiguration)
        configuration.unchanged = UnchangedPolicy(repeatInterval: .zero)
        #expect(await errorOf(CameraPipeline(configuration: configuration))?.code == .invalidConfiguration)
    }

    @Test("A camera whose picture stands still is encoded once, and its image repeated", .timeLimit(.minutes(1)))
    func stillCamera() async throws {
        let clip = try H264Clip("ball-320x180.h264.mp4")
        let camera = FakeCamera(play: { sender in
            var number = 0
            while sender.send(clip.parameterSets + clip.accessUnits[0], picture: number) {
                number += 1
                usleep(20_000)
            }
        })
        let server = LoopbackServer { camera.serve($0) }
        var configuration = CameraPipeline.Configuration(source: try SourceURL("rtsp://127.0.0.1:\(server.port)/ball"))
        configuration.capture.frameRate = nil
        configuration.unchanged = UnchangedPolicy(repeatInterval: .milliseconds(200))
        let pipeline = CameraPipeline(configuration: configuration)
        var frames: [EncodedFrame] = []
        for try await frame in pipeline {
            frames.append(frame)
            if frames.count == 8 { break }
        }
        let first = try #require(frames.first)
        #expect(frames.allSatisfy { $0.image.bytes == first.image.bytes })
        #expect(zip(frames, frames.dropFirst()).allSatisfy { $0.captureTime < $1.captureTime })
        #expect(zip(frames, frames.dropFirst()).allSatisfy { $0.sourceSequence < $1.sourceSequence })
        #expect(frames.allSatisfy { $0.image.presentationTimestamp == $0.presentationTimestamp })
        let statistics = pipeline.statistics
        #expect(statistics.encoded == 1)
        #expect(statistics.repeated >= 7)
        #expect(statistics.unchanged > 2 * statistics.repeated)
    }

    @Test("All pictures are accounted for when some are unchanged", .timeLimit(.minutes(1)))
    func accounts() async throws {
        // Flat bars: all pictures are alike, but keyframes begin them anew.
        var configuration = CameraPipeline.Configuration(
            source: try SourceURL(Clip.path("bars-720p.bt709-tv.h264.mp4"))
        )
        configuration.capture.frameRate = nil
        // Longer than this can take: how often one is repeated is not what counts here.
        configuration.unchanged = UnchangedPolicy(repeatInterval: .seconds(60))
        let pipeline = CameraPipeline(configuration: configuration)
        for try await _ in pipeline {}
        let counts = pipeline.statistics
        #expect(counts.decoded == 30)
        #expect(counts.decoded == counts.unchanged + counts.replacedBeforeEncoding + counts.encoded)
        #expect(counts.unchanged >= 20)
        #expect(counts.encoded + counts.repeated == counts.late + counts.replacedBeforeDelivery + counts.delivered)
    }
}
