import RTSPCapture
import Testing

@Suite("Lowering the rate of a capture while it runs")
struct CaptureThrottleTests {
    /// How many of a second's pictures at 30 fps pass, beginning at that second.
    private func passed(_ regulator: inout ThrottledRegulator, second: Int64) -> Int {
        (0..<30 as Range<Int64>).count { regulator.admits(second * 1_000_000 + $0 * 33_333) }
    }

    @Test("Without a limit all pass; with one so many; and all again from the very picture after it is lifted")
    func limits() {
        let throttle = CaptureThrottle()
        var regulator = ThrottledRegulator(throttle)
        #expect(passed(&regulator, second: 0) == 30)
        throttle.framesPerSecond = 1
        #expect((1...5).map { passed(&regulator, second: $0) } == [1, 1, 1, 1, 1])
        throttle.framesPerSecond = nil
        #expect(passed(&regulator, second: 6) == 30)
        throttle.framesPerSecond = 0
        #expect(passed(&regulator, second: 7) == 0)
    }

    @Test("A running pipeline follows its throttle, and counts what it leaves out", .timeLimit(.minutes(1)))
    func pipeline() async throws {
        let throttle = CaptureThrottle(framesPerSecond: 0)
        var configuration = CameraPipeline.Configuration(source: try SourceURL("test:"))
        configuration.capture.throttle = throttle
        let pipeline = CameraPipeline(configuration: configuration)
        // Nothing passes: it is the throttle that must be lifted for a frame to come.
        async let lifting: Void = {
            while pipeline.statistics.thinned < 5 { try await Task.sleep(for: .milliseconds(5)) }
            throttle.framesPerSecond = nil
        }()
        var first: EncodedFrame?
        for try await frame in pipeline {
            first = frame
            break
        }
        try await lifting
        #expect(try #require(first).sourceSequence > 5)
        #expect(pipeline.statistics.thinned >= 5)
    }
}
