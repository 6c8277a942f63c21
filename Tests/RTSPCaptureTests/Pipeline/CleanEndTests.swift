import Foundation
import FrameCodec
import RTSPCapture
import Testing

@Suite("Clean ends", .serialized)
struct CleanEndTests {
    private var descriptors: Int {
        (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count) ?? 0
    }

    /// Threads by the names that captures give theirs.
    private var captureThreads: Int {
        let threads = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/task")) ?? []
        return threads.count { thread in
            let name = (try? String(contentsOfFile: "/proc/self/task/\(thread)/comm", encoding: .utf8)) ?? ""
            return name.hasPrefix("clean-end") || name.hasPrefix("capture") || name.hasPrefix("encode-")
        }
    }

    @Test("Fifty cycles of opening and cancelling leave no thread and no descriptor", .timeLimit(.minutes(2)))
    func cycles() async throws {
        let clip = try H264Clip("ball-320x180.h264.mp4")
        let camera = FakeCamera(play: { sender in
            for round in 0..<100 {
                for (index, unit) in clip.accessUnits.enumerated() {
                    let units = index == 0 ? clip.parameterSets + unit : unit
                    guard sender.send(units, picture: 45 * round + index) else { return }
                    usleep(1000)
                }
            }
        })
        let server = LoopbackServer { camera.serve($0) }
        let silent = LoopbackServer { $0.waitForEnd() }
        let addresses = [
            "rtsp://127.0.0.1:\(server.port)/live", "rtsp://127.0.0.1:\(silent.port)/live",
            Clip.path("ball-320x180.h264.mp4"),
            "test:size=320x180", "rtsp://127.0.0.1:\(LoopbackServer.unusedPort())/live",
        ]
        // Others may run at the same time, so what is counted must come back to this or less, not at once.
        let before = (descriptors: descriptors, threads: captureThreads)
        var endings: [Duration] = []
        for cycle in 0..<50 {
            let address = addresses[cycle % addresses.count]
            let pipeline = CameraPipeline(configuration: .init(source: try SourceURL(address)))
            let (error, ending) = try await whileIterating(pipeline) {
                let isOpen = await onThread {
                    poll { pipeline.statistics.delivered > 2 || pipeline.statistics.state != .live }
                }
                #expect(isOpen)
            }
            #expect(error == nil)
            #expect(ending < promisedEnding, "\(address)")
            endings.append(ending)
            #expect(pipeline.statistics.state == .ended || pipeline.statistics.state == .idle)
        }
        #expect(endings.sorted()[25] < .milliseconds(500))
        server.stop()
        silent.stop()
        let isClean = await onThread { [self] in
            poll { captureThreads <= before.threads && descriptors <= before.descriptors }
        }
        #expect(isClean, "\(before) became \(captureThreads) threads and \(descriptors) descriptors")
    }

    @Test("A loop that is left stops the capture", .timeLimit(.minutes(1)))
    func leftLoop() async throws {
        let watcher = Watcher()
        let pipeline = CameraPipeline(
            configuration: .init(source: try SourceURL("test:size=320x180")),
            observer: { watcher.observe($0) }
        )
        for try await _ in pipeline { break }
        let ended = await onThread { watcher.waitForEvent { if case .ended = $0 { true } else { false } } }
        #expect(ended)
    }

    @Test("Cancellation ends a capture within a second, whatever it is at", .timeLimit(.minutes(1)))
    func cancelled() async throws {
        let silent = LoopbackServer { $0.waitForEnd() }
        let mute = LoopbackServer { FakeCamera().serve($0) }
        let halfway = LoopbackServer { connection in
            _ = connection.readHead()
            connection.write("RTSP/1.0 200 OK\r\nCSeq: 1\r\nContent-Length: 1000000\r\n\r\n")
            connection.waitForEnd()
        }
        // 192.0.2.0/24 is for documentation (RFC 5737): nobody answers there, or there is no route.
        for address in [
            "rtsp://127.0.0.1:\(silent.port)/", "rtsp://127.0.0.1:\(mute.port)/", "rtsp://127.0.0.1:\(halfway.port)/",
            "http://127.0.0.1:\(silent.port)/", "rtsps://127.0.0.1:\(silent.port)/", "rtsp://192.0.2.1/",
        ] {
            let reached = silent.accepted + mute.accepted + halfway.accepted
            let pipeline = CameraPipeline(configuration: .init(source: try SourceURL(address)))
            let (error, ending) = try await whileIterating(pipeline) {
                _ = await onThread {
                    poll(within: .milliseconds(300)) { silent.accepted + mute.accepted + halfway.accepted > reached }
                }
            }
            #expect(error == nil)
            #expect(ending < promisedEnding, "\(address) took \(ending)")
        }
    }
}
