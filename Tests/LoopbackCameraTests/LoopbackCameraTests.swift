import FrameCodec
import Logging
import LoopbackCamera
import Testing

/// The camera over real sockets, watched by libavformat.
@Suite struct LoopbackCameraTests {
    private static let bars = "bars-720p.bt709-tv.h264.mp4"

    private static func clip(_ name: String = bars) -> LoopbackCamera.Configuration {
        LoopbackCamera.Configuration(source: .clip(path: Media.path(name)))
    }

    /// The clip is 30 frames long, so the client sees it start anew twice or more.
    @Test(arguments: ["tcp", "udp"])
    func aLoopedClipIsWatchedWithoutAGap(transport: String) async throws {
        let report = try await withCamera(Self.clip()) { url in
            try await LibAVClient.watch(url, transport: transport, frames: 75)
        }
        #expect(report.codec == "h264")
        #expect(report.frames == 75)
        #expect(report.keyframes >= 2)
        #expect(report.firstPacketIsKeyframe)
        let steps = zip(report.timestamps, report.timestamps.dropFirst()).map { $1 - $0 }
        #expect(steps.allSatisfy { $0 == 3000 }, "\(steps)")
    }

    @Test(arguments: [
        ("vtest-720p.h264.mp4", "h264"), ("vtest-720p.h265.mp4", "hevc"), ("vtest-720p.mjpeg.mkv", "mjpeg"),
    ])
    func everyCodecOfCamerasIsServed(clip: String, codec: String) async throws {
        let report = try await withCamera(Self.clip(clip)) { url in
            try await LibAVClient.watch(url, transport: "tcp", frames: 60)
        }
        #expect(report.codec == codec)
        #expect(report.frames == 60)
        #expect(Set(report.lumaOfFirst).count > 50)
        #expect(zip(report.timestamps, report.timestamps.dropFirst()).allSatisfy { $0 < $1 })
    }

    @Test func theTestPictureMoves() async throws {
        let size = try #require(PictureSize(width: 640, height: 360))
        let report = try await withCamera(.init(source: .testPicture(size: size, frameRate: 30))) { url in
            try await LibAVClient.watch(url, transport: "tcp", frames: 60)
        }
        #expect(report.frames == 60)
        // One keyframe a second.
        #expect((2...3).contains(report.keyframes))
        #expect(Set(report.lumaOfFirst).count > 10)
        let steps = zip(report.timestamps, report.timestamps.dropFirst()).map { $1 - $0 }
        #expect(steps.allSatisfy { $0 == 3000 })
    }

    @Test func severalClientsSeeTheSame() async throws {
        let reports = try await withCamera(Self.clip()) { url in
            async let first = LibAVClient.watch(url, transport: "tcp", frames: 60)
            async let second = LibAVClient.watch(url, transport: "tcp", frames: 60)
            return try await [first, second]
        }
        #expect(reports.allSatisfy { $0.frames == 60 })
        #expect(reports[0].lumaOfFirst == reports[1].lumaOfFirst && !reports[0].lumaOfFirst.isEmpty)
    }

    @Test func anUnknownPathIsNotFound() async throws {
        let error = try await withCamera(Self.clip()) { url -> LibAVError? in
            do {
                _ = try await LibAVClient.watch(url + "x", transport: "tcp", frames: 1)
                return nil
            } catch {
                return error as? LibAVError
            }
        }
        #expect(error == .notFound)
    }

    @Test func junkIsAnsweredAndCutOffWhileOthersWatch() async throws {
        let report = try await withCamera(Self.clip()) { url in
            async let watched = LibAVClient.watch(url, transport: "tcp", frames: 60)
            for junk in [
                "GET / HTTP/1.1\r\n\r\n", "\u{0}\u{1}\u{2}", "OPTIONS * RTSP/1.0\r\nContent-Length: x\r\n\r\n",
            ] {
                let heard = try await RawClient.exchange(url, Array(junk.utf8))
                #expect(heard.hasPrefix("RTSP/1.0 400 Bad Request\r\n"))
            }
            let long = try await RawClient.exchange(url, Array(repeating: UInt8(ascii: "A"), count: 20000))
            #expect(long.hasPrefix("RTSP/1.0 413 "))
            let version = try await RawClient.exchange(url, Array("OPTIONS * RTSP/3.0\r\nCSeq: 1\r\n\r\n".utf8))
            #expect(version.hasPrefix("RTSP/1.0 505 "))
            return try await watched
        }
        #expect(report.frames == 60)
    }

    /// A whole conversation in one piece: each answer comes, in order, and packets come between them.
    @Test func requestsInOnePieceAreAnsweredInOrder() async throws {
        let heard = try await withCamera(Self.clip()) { url in
            let requests =
                "OPTIONS \(url) RTSP/1.0\r\nCSeq: 1\r\n\r\nDESCRIBE \(url) RTSP/1.0\r\nCSeq: 2\r\n\r\n"
                + "SETUP \(url)/trackID=0 RTSP/1.0\r\nCSeq: 3\r\nTransport: RTP/AVP/TCP;interleaved=2-3\r\n\r\n"
                + "PLAY \(url) RTSP/1.0\r\nCSeq: 4\r\nSession: none\r\n\r\n"
            return try await RawClient.exchange(url, Array(requests.utf8)) { $0.contains("CSeq: 4") }
        }
        let numbers = heard.split(separator: "\r\n").filter { $0.hasPrefix("CSeq") }
        #expect(numbers == ["CSeq: 1", "CSeq: 2", "CSeq: 3", "CSeq: 4"])
        #expect(heard.contains("m=video 0 RTP/AVP 96\r\n"))
        #expect(heard.contains("sprop-parameter-sets="))
        #expect(heard.contains("interleaved=2-3"))
        #expect(heard.contains("RTSP/1.0 454 Session Not Found"))
    }

    @Test func theCameraStopsWithinASecondWhileItIsWatched() async throws {
        let clock = ContinuousClock()
        let camera = LoopbackCamera(configuration: Self.clip(), logger: Logger(label: "test"))
        let running = Task { try await camera.run() }
        let url = try await camera.url()
        _ = try await LibAVClient.watch(url, transport: "tcp", frames: 3)
        let setUp = "SETUP \(url) RTSP/1.0\r\nCSeq: 1\r\nTransport: RTP/AVP/TCP\r\n\r\n"
        // This client stays, and hears the end.
        let (heard, saidSomething) = AsyncStream.makeStream(of: Void.self)
        let staying = Task {
            try await RawClient.exchange(url, Array(setUp.utf8)) { _ in
                saidSomething.yield()
                return false
            }
        }
        for await _ in heard { break }
        let start = clock.now
        running.cancel()
        try await running.value
        #expect(clock.now - start < .seconds(1))
        #expect(try await staying.value.contains("200 OK"))
        await #expect(throws: LoopbackCameraError.self) { _ = try await camera.url() }
        await #expect(throws: LibAVError.self) { _ = try await LibAVClient.watch(url, transport: "tcp", frames: 1) }
    }

    @Test func aTakenPortIsNamed() async throws {
        let error = try await withCamera(Self.clip()) { url -> LoopbackCameraError? in
            var configuration = Self.clip()
            configuration.port = Int(url.split(separator: ":").last!.prefix { $0 != "/" })!
            do {
                try await LoopbackCamera(configuration: configuration, logger: Logger(label: "test")).run()
                return nil
            } catch {
                return error as? LoopbackCameraError
            }
        }
        #expect(error?.code == .cannotListen)
    }

    @Test func aMissingClipAndABadPathAreNamed() async throws {
        for (configuration, code) in [
            (Self.clip("missing.mp4"), LoopbackCameraError.Code.cannotOpenClip),
            (Self.clip("../FrameCodecTests/ColorBarsTests.swift"), .cannotOpenClip),
        ] {
            let camera = LoopbackCamera(configuration: configuration, logger: Logger(label: "test"))
            async let url = camera.url()
            let error = await #expect(throws: LoopbackCameraError.self) { try await camera.run() }
            #expect(error?.code == code)
            do {
                _ = try await url
                Issue.record("a camera that never ran has an address")
            } catch {
                #expect((error as? LoopbackCameraError)?.code == code)
            }
        }
        var configuration = Self.clip()
        for path in ["", "/x", "a b", "é", "x\r\ny"] {
            configuration.path = path
            let camera = LoopbackCamera(configuration: configuration, logger: Logger(label: "test"))
            let error = await #expect(throws: LoopbackCameraError.self) { try await camera.run() }
            #expect(error?.code == .invalidConfiguration)
        }
    }
}
