import Foundation
import FrameCodec
import RTSPCapture
import Testing

/// The watchdog over cameras that do what it watches for, over real RTSP.
@Suite("Watched cameras")
struct WatchedCameraTests {
    private let clip: H264Clip

    init() throws {
        clip = try H264Clip("ball-320x180.h264.mp4")
    }

    private func configuration(_ server: LoopbackServer) throws -> CaptureConfiguration {
        var configuration = CaptureConfiguration(source: try SourceURL("rtsp://127.0.0.1:\(server.port)/ball"))
        configuration.frameRate = nil
        configuration.noticeDeadline = .milliseconds(500)
        configuration.freezeDeadline = .milliseconds(1000)
        configuration.backoff = Backoff(base: .milliseconds(10), limit: .milliseconds(100))
        return configuration
    }

    private var keyframe: [[UInt8]] { clip.parameterSets + clip.accessUnits[0] }

    /// Plays until the client goes, a picture every 40 ms.
    private func camera(_ next: @escaping @Sendable (FakeCamera.Sender, Int) -> Bool) -> LoopbackServer {
        let camera = FakeCamera(play: { sender in
            var number = 0
            while next(sender, number) {
                number += 1
                usleep(40_000)
            }
        })
        return LoopbackServer { camera.serve($0) }
    }

    private func has(_ condition: SourceCondition) -> @Sendable (CaptureEvent) -> Bool {
        { if case .condition(condition) = $0 { true } else { false } }
    }

    @Test("The same picture with fresh timestamps is told as unchanging, and is no fault", .timeLimit(.minutes(1)))
    func unchanging() async throws {
        let server = camera { [keyframe] sender, number in sender.send(keyframe, picture: number) }
        let watcher = Watcher()
        let source = watcher.source(try configuration(server))
        _ = try await whileIterating(source) {
            let isTold = await onThread { watcher.waitForEvent(has(.unchanging)) }
            #expect(isTold)
            // As long again as it takes to open a frozen source anew.
            let count = watcher.shown.count
            let goesOn = await onThread { watcher.waitForPictures(count + 40) }
            #expect(goesOn)
            #expect(source.statistics.condition == .unchanging)
            let duration = try #require(source.statistics.conditionDuration)
            #expect(duration > .milliseconds(500))
        }
        #expect(watcher.losses.isEmpty)
        #expect(server.accepted == 1)
        #expect(source.statistics.conditions[.unchanging] == 1)
    }

    @Test("The same picture with the same timestamp is told as frozen and opened again", .timeLimit(.minutes(1)))
    func frozen() async throws {
        let server = camera { [keyframe] sender, _ in sender.send(keyframe, picture: 7) }
        let watcher = Watcher()
        let source = watcher.source(try configuration(server))
        _ = try await whileIterating(source) {
            let isTold = await onThread { watcher.waitForEvent(has(.frozen)) }
            #expect(isTold)
            let reopens = await onThread { poll { server.accepted >= 2 } }
            #expect(reopens)
        }
        #expect(watcher.losses.first?.code == .frozen)
    }

    @Test("Pictures that move with a timestamp that does not are told, and shown on", .timeLimit(.minutes(1)))
    func repeatedTimestamps() async throws {
        let units = clip.accessUnits
        let server = camera { [keyframe] sender, number in
            let place = number % units.count
            return sender.send(place == 0 ? keyframe : units[place], picture: 7)
        }
        let watcher = Watcher()
        let source = watcher.source(try configuration(server))
        _ = try await whileIterating(source) {
            let isTold = await onThread { watcher.waitForEvent(has(.repeatingTimestamps)) }
            #expect(isTold)
            let count = watcher.shown.count
            let goesOn = await onThread { watcher.waitForPictures(count + 40) }
            #expect(goesOn)
        }
        #expect(watcher.losses.isEmpty)
        #expect(
            zip(watcher.shown, watcher.shown.dropFirst()).allSatisfy {
                $0.origin.presentationTimestamp < $1.origin.presentationTimestamp
            }
        )
    }

    @Test(
        "Silence is told before the source is opened again for it, and so is data without pictures",
        .timeLimit(.minutes(1))
    )
    func silence() async throws {
        let server = camera { [keyframe] sender, number in
            if number < 25 { return sender.send(keyframe, picture: number) }
            // Filler data (NAL unit type 12), of which no picture comes.
            if number < 50 { return sender.send([0x0C, 0xFF, 0x80], picture: number, isLast: true) }
            if number == 50 { sleep(2) }
            return sender.send(keyframe, picture: number)
        }
        let watcher = Watcher()
        let source = watcher.source(try configuration(server))
        _ = try await whileIterating(source) {
            let isOver = await onThread {
                watcher.waitForEvent(has(.withoutPictures)) && watcher.waitForEvent(has(.silent))
                    && poll { !source.statistics.condition.isFault }
            }
            #expect(isOver)
        }
        #expect(watcher.losses.isEmpty)
        #expect(source.statistics.conditions[.silent] == 1)
    }
}
