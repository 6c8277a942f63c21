import Foundation
import FrameCodec
import RTSPCapture
import Testing

@Suite("Faulty cameras")
struct CameraFaultTests {
    private static let canary = "c4n4ry"

    private func configuration(_ address: String) throws -> CaptureConfiguration {
        var configuration = CaptureConfiguration(source: try SourceURL(address))
        configuration.openDeadline = .seconds(5)
        configuration.silenceDeadline = .milliseconds(500)
        configuration.backoff = Backoff(base: .milliseconds(10), limit: .milliseconds(50))
        return configuration
    }

    private func address(_ server: LoopbackServer) -> String {
        "rtsp://\(Self.canary):\(Self.canary)@127.0.0.1:\(server.port)/live?password=\(Self.canary)"
    }

    /// Waits until a failure was told, and checks that it tells no secret.
    private func firstLoss(of watcher: Watcher, _ configuration: CaptureConfiguration) async throws -> CaptureError? {
        let source = watcher.source(configuration)
        let (error, ending) = try await whileIterating(source) {
            _ = await onThread { watcher.waitForEvent { if case .lost = $0 { true } else { false } } }
        }
        #expect(ending < promisedEnding)
        let told = watcher.events.map { "\($0) \(String(reflecting: $0))" }.joined() + "\(source.statistics)"
        #expect(!told.contains(Self.canary), "\(told)")
        return watcher.losses.first ?? error
    }

    @Test("A camera that accepts and never answers is noticed in time", .timeLimit(.minutes(1)))
    func neverAnswers() async throws {
        let server = LoopbackServer { $0.waitForEnd() }
        var configuration = try configuration(address(server))
        configuration.openDeadline = .milliseconds(500)
        let error = try await firstLoss(of: Watcher(), configuration)
        #expect(error?.code == .noAnswer)
        #expect(error?.isPermanent == false)
    }

    @Test("A camera that refuses connections is tried again and again", .timeLimit(.minutes(1)))
    func refuses() async throws {
        let port = LoopbackServer.unusedPort()
        let watcher = Watcher()
        let source = watcher.source(try configuration("rtsp://u:\(Self.canary)@127.0.0.1:\(port)/live"))
        let (error, ending) = try await whileIterating(source) {
            let many = await onThread { poll { source.statistics.reconnects >= 5 } }
            #expect(many)
        }
        #expect(error == nil)
        #expect(ending < promisedEnding)
        // One line, not one an attempt.
        #expect(watcher.losses.map(\.code) == [.unreachable])
        #expect(source.statistics.state == .ended)
    }

    @Test("A name that nobody knows is told apart", .timeLimit(.minutes(1)))
    func unknownHost() async throws {
        let configuration = try configuration("rtsp://u:\(Self.canary)@no-such-host.invalid/live")
        #expect(try await firstLoss(of: Watcher(), configuration)?.code == .hostNotFound)
    }

    @Test("A camera that closes at once", .timeLimit(.minutes(1)))
    func closesAtOnce() async throws {
        let server = LoopbackServer { _ in }
        #expect(try await firstLoss(of: Watcher(), configuration(address(server)))?.code == .protocolViolation)
    }

    @Test("A camera that talks nonsense", .timeLimit(.minutes(1)))
    func nonsense() async throws {
        let server = LoopbackServer { connection in
            connection.write([UInt8](repeating: 0xA5, count: 100_000))
            connection.waitForEnd()
        }
        let code = try await firstLoss(of: Watcher(), configuration(address(server)))?.code
        #expect(code == .protocolViolation || code == .noAnswer)
    }

    @Test(
        "Refusals are told apart",
        .timeLimit(.minutes(1)),
        arguments: [
            ("401 Unauthorized", CaptureError.Code.unauthorized), ("403 Forbidden", .forbidden),
            ("404 Not Found", .streamNotFound),
            ("500 Internal Server Error", .protocolViolation),
        ]
    )
    func statuses(status: String, code: CaptureError.Code) async throws {
        let camera = FakeCamera(answer: { method, _ in
            method == "DESCRIBE"
                ? .init(
                    status: status,
                    headers: status.hasPrefix("401") ? ["WWW-Authenticate: Basic realm=\"camera\""] : []
                ) : nil
        })
        let server = LoopbackServer { camera.serve($0) }
        #expect(try await firstLoss(of: Watcher(), configuration(address(server)))?.code == code)
    }

    @Test("A refused password is tried once, not again and again", .timeLimit(.minutes(1)))
    func wrongPassword() async throws {
        let logins = Monitor(0)
        let camera = FakeCamera(answer: { method, request in
            guard method == "DESCRIBE" else { return nil }
            if request.contains("Authorization:") { logins.withLock { $0 += 1 } }
            return .init(status: "401 Unauthorized", headers: ["WWW-Authenticate: Basic realm=\"camera\""])
        })
        let server = LoopbackServer { camera.serve($0) }
        let watcher = Watcher()
        let source = watcher.source(try configuration(address(server)))
        let (_, ending) = try await whileIterating(source) {
            let waits = await onThread { poll { source.statistics.state == .waiting } }
            #expect(waits)
        }
        #expect(ending < promisedEnding)
        #expect(logins.withLock { $0 } == 1)
        #expect(server.accepted == 1)
        #expect(watcher.losses.map(\.code) == [.unauthorized])
        #expect(watcher.events.contains { if case .lost(_, let delay) = $0 { delay >= .seconds(30) } else { false } })
    }

    @Test("A redirect to another port is not followed", .timeLimit(.minutes(1)))
    func redirectElsewhere() async throws {
        let other = LoopbackServer { FakeCamera().serve($0) }
        let camera = FakeCamera(answer: { [port = other.port] method, _ in
            method == "DESCRIBE"
                ? .init(status: "302 Found", headers: ["Location: rtsp://127.0.0.1:\(port)/live"]) : nil
        })
        let server = LoopbackServer { camera.serve($0) }
        let error = await errorOf(Watcher().source(try configuration(address(server))))
        #expect(error?.code == .redirected)
        #expect(error?.message.contains("127.0.0.1:\(other.port)") == true)
        #expect(error.map { "\($0)".contains(Self.canary) } == false)
        #expect(other.accepted == 0)
    }

    @Test("A redirect within the camera is followed, a loop of them is not", .timeLimit(.minutes(1)))
    func redirectWithin() async throws {
        let port = Monitor(0)
        let camera = FakeCamera(answer: { method, request in
            guard method == "DESCRIBE", !request.contains("/there ") else { return nil }
            let path = request.contains("/loop") ? "loop" : "there"
            return .init(status: "302 Found", headers: ["Location: rtsp://127.0.0.1:\(port.withLock { $0 })/\(path)"])
        })
        let server = LoopbackServer { camera.serve($0) }
        port.withLock { $0 = server.port }
        // Behind the redirect the camera is silent.
        let error = try await firstLoss(of: Watcher(), configuration("rtsp://127.0.0.1:\(server.port)/here"))
        #expect(error?.code == .silent)
        let looping = await errorOf(Watcher().source(try configuration("rtsp://127.0.0.1:\(server.port)/loop")))
        #expect(looping?.code == .redirected)
    }

    @Test(
        "Sessions without video that can be decoded end with an error",
        .timeLimit(.minutes(1)),
        arguments: [
            ("m=audio 0 RTP/AVP 0\r\na=control:audio\r\n", CaptureError.Code.noVideo), ("", .noVideo),
            ("m=video 0 RTP/AVP 96\r\na=rtpmap:96 X-UNKNOWN/90000\r\na=control:v\r\n", .unsupportedCodec),
            ("m=video 0 RTP/AVP 31\r\na=control:v\r\n", .unsupportedCodec),
        ]
    )
    func noVideo(media: String, code: CaptureError.Code) async throws {
        let server = LoopbackServer { FakeCamera(media: media).serve($0) }
        let error = await errorOf(Watcher().source(try configuration(address(server))))
        #expect(error?.code == code)
        #expect(error?.isPermanent == true)
        #expect(error.map { "\($0)".contains(Self.canary) } == false)
    }

    @Test("A session description of a megabyte of junk does no harm", .timeLimit(.minutes(1)))
    func junkDescription() async throws {
        let junk = String(
            repeating: "a=fmtp:96 sprop-parameter-sets=AAAA,\(String(repeating: "x", count: 200))\r\n",
            count: 4500
        )
        let camera = FakeCamera(media: FakeCamera.video + junk)
        let server = LoopbackServer { camera.serve($0) }
        #expect(try await firstLoss(of: Watcher(), configuration(address(server)))?.code == .silent)
    }

    @Test(
        "A camera that plays and sends nothing is noticed in time, and one that sends no pictures too",
        .timeLimit(.minutes(1))
    )
    func silence() async throws {
        let silent = LoopbackServer { FakeCamera().serve($0) }
        #expect(try await firstLoss(of: Watcher(), configuration(address(silent)))?.code == .silent)

        let blind = FakeCamera(play: { sender in
            // Slices of pictures that were never begun.
            while sender.send([0x41, 0x9A, 1, 2, 3], picture: 0, isLast: true) { usleep(5000) }
        })
        let server = LoopbackServer { blind.serve($0) }
        var configuration = try configuration(address(server))
        configuration.silenceDeadline = .seconds(5)
        configuration.pictureDeadline = .milliseconds(600)
        #expect(try await firstLoss(of: Watcher(), configuration)?.code == .noPicture)
    }

    @Test("A camera that is slower than silence is let be when its silence is allowed", .timeLimit(.minutes(1)))
    func slowCamera() async throws {
        let clip = try H264Clip("ball-320x180.h264.mp4")
        let slow = FakeCamera(play: { sender in
            var number = 0
            while sender.send(clip.parameterSets + clip.accessUnits[0], picture: number) {
                number += 1
                usleep(700_000)
            }
        })
        let server = LoopbackServer { slow.serve($0) }
        var configuration = try configuration(address(server))
        configuration.frameRate = nil
        #expect(try await firstLoss(of: Watcher(), configuration)?.code == .silent)

        let connections = server.accepted
        configuration.allowSilence(.seconds(8))
        #expect(configuration.noticeDeadline == .seconds(5))
        #expect(configuration.pictureDeadline == .seconds(40))
        let watcher = Watcher()
        let source = watcher.source(configuration)
        _ = try await whileIterating(source) {
            let goesOn = await onThread { watcher.waitForPictures(5) }
            #expect(goesOn)
        }
        #expect(watcher.losses.isEmpty)
        #expect(server.accepted == connections + 1)
    }
}
