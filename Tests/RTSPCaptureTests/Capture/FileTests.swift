import Foundation
import FrameCodec
import RTSPCapture
import Testing

@Suite("Files")
struct FileTests {
    private let path = Clip.path("ball-320x180.h264.mp4")

    @Test("A file is shown once, as fast as it was taken", .timeLimit(.minutes(1)))
    func once() async throws {
        let reference = try H264Clip("ball-320x180.h264.mp4").decoded()
        var configuration = CaptureConfiguration(source: try SourceURL(path))
        configuration.frameRate = nil
        let watcher = Watcher()
        let source = watcher.source(configuration)
        let start = ContinuousClock.now
        #expect(await errorOf(source) == nil)
        let duration = ContinuousClock.now - start
        // 45 pictures at 30 a second: the last is due after 44 intervals.
        #expect(duration >= .milliseconds(1450) && duration < .seconds(5))
        #expect(watcher.shown.map(\.fingerprint) == reference)
        let statistics = source.statistics
        #expect(statistics.decoded == 45 && statistics.encoded == 45 && statistics.state == .ended)
        #expect(statistics.delivered + statistics.replacedBeforeDelivery == 45)
        #expect(statistics.codec == .h264)
    }

    @Test("Pictures that were coded in another order are shown in the right one", .timeLimit(.minutes(1)))
    func reordered() async throws {
        var configuration = CaptureConfiguration(source: try SourceURL(Clip.path("ball-320x180.b-frames.h264.mp4")))
        configuration.frameRate = nil
        let watcher = Watcher()
        #expect(await errorOf(watcher.source(configuration)) == nil)
        #expect(watcher.shown.map(\.fingerprint) == (try H264Clip("ball-320x180.b-frames.h264.mp4").decoded()))
        let times = watcher.shown.map(\.origin.presentationTimestamp)
        #expect(times.count == 12 && zip(times, times.dropFirst()).allSatisfy { (33_333...33_334).contains($1 - $0) })
    }

    @Test("A looped file goes on without a gap, and ends with its task", .timeLimit(.minutes(1)))
    func loop() async throws {
        var configuration = CaptureConfiguration(source: try SourceURL(path))
        configuration.frameRate = nil
        configuration.loop = true
        let watcher = Watcher()
        let (error, ending) = try await whileIterating(watcher.source(configuration)) {
            let twice = await onThread { watcher.waitForPictures(100) }
            #expect(twice)
        }
        #expect(error == nil)
        #expect(ending < promisedEnding)
        let shown = watcher.shown
        #expect(shown.prefix(45).map(\.fingerprint) == shown.dropFirst(45).prefix(45).map(\.fingerprint))
        let times = shown.map(\.origin.presentationTimestamp)
        #expect(zip(times, times.dropFirst()).allSatisfy { (33_000...34_000).contains($1 - $0) })
    }

    @Test("A file is thinned evenly", .timeLimit(.minutes(1)))
    func thinned() async throws {
        var configuration = CaptureConfiguration(source: try SourceURL(path))
        configuration.frameRate = 15
        let watcher = Watcher()
        let source = watcher.source(configuration)
        #expect(await errorOf(source) == nil)
        #expect(watcher.shown.map(\.origin.sourceSequence) == stride(from: 1, through: 45, by: 2).map { UInt64($0) })
        #expect(source.statistics.thinned == 22)
    }

    @Test("What cannot be read ends with an error that says why")
    func unreadable() async throws {
        func code(_ path: String) async throws -> CaptureError.Code? {
            await errorOf(Watcher().source(CaptureConfiguration(source: try SourceURL(path))))?.code
        }
        #expect(try await code("/no/such/clip.mp4") == .fileNotFound)
        #expect(try await code(Clip.path("")) == .fileNotReadable)
        #expect(try await code(#filePath) == .unsupportedFormat)
        // Ended early: the index that is missing is at the end.
        let bytes = try Data(contentsOf: URL(filePath: path))
        let truncated = FileManager.default.temporaryDirectory.appending(path: "truncated-\(UUID().uuidString).mp4")
        try bytes.prefix(bytes.count / 2).write(to: truncated)
        defer { try? FileManager.default.removeItem(at: truncated) }
        #expect(try await code(truncated.path()) == .unsupportedFormat)
        // A path, not one of libavformat's other protocols.
        #expect(try await code("concat:\(path)") == .fileNotFound)
    }
}
