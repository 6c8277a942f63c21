import Foundation
import FrameCodec
import RTSPCapture
import Testing

@Suite("Connections")
struct ConnectionTests {
    private let ball: H264Clip

    init() throws {
        ball = try H264Clip("ball-320x180.h264.mp4")
    }

    private func configuration(_ server: LoopbackServer) throws -> CaptureConfiguration {
        var configuration = CaptureConfiguration(source: try SourceURL("rtsp://127.0.0.1:\(server.port)/live"))
        configuration.frameRate = nil
        configuration.backoff = Backoff(base: .milliseconds(10), limit: .milliseconds(50))
        return configuration
    }

    private func play(_ pictures: Int) -> @Sendable (FakeCamera.Sender) -> Void {
        { [ball] sender in
            for (index, unit) in ball.accessUnits.prefix(pictures).enumerated() {
                sender.send(index == 0 ? ball.parameterSets + unit : unit, picture: index)
            }
        }
    }

    @Test("A camera that goes away is found again, and the time line goes on", .timeLimit(.minutes(1)))
    func reconnects() async throws {
        let watcher = Watcher()
        let camera = FakeCamera(play: play(20), closes: true)
        let server = LoopbackServer { camera.serve($0) }
        let source = watcher.source(try configuration(server))
        let (error, ending) = try await whileIterating(source) {
            let three = await onThread { watcher.waitForPictures(50) }
            #expect(three)
        }
        #expect(error == nil)
        #expect(ending < promisedEnding)
        #expect(watcher.timesLive >= 3)
        #expect(watcher.losses.allSatisfy { $0.code == .connectionLost })
        #expect(source.statistics.reconnects >= 2)
        let origins = watcher.shown.map(\.origin)
        #expect(zip(origins, origins.dropFirst()).allSatisfy { $0.presentationTimestamp < $1.presentationTimestamp })
        #expect(zip(origins, origins.dropFirst()).allSatisfy { $0.sourceSequence + 1 == $1.sourceSequence })
    }

    @Test("The size may change in mid-stream", .timeLimit(.minutes(1)))
    func changesSize() async throws {
        let bars = try H264Clip("bars-720p.bt709-tv.h264.mp4")
        let watcher = Watcher()
        let camera = FakeCamera(play: { [ball] sender in
            var picture = 0
            for clip in [ball, bars, ball] {
                for (index, unit) in clip.accessUnits.prefix(15).enumerated() {
                    sender.send(index == 0 ? clip.parameterSets + unit : unit, picture: picture)
                    picture += 1
                }
            }
        })
        let server = LoopbackServer { camera.serve($0) }
        let (error, _) = try await whileIterating(watcher.source(try configuration(server))) {
            let all = await onThread { watcher.waitForPictures(44) }
            #expect(all)
        }
        #expect(error == nil)
        #expect(server.accepted == 1)
        let sizes = watcher.shown.map(\.size.width)
        #expect(
            Array(sizes.prefix(44)) == Array(repeating: 320, count: 15) + Array(repeating: 1280, count: 15)
                + Array(repeating: 320, count: 14)
        )
        #expect(
            watcher.shown.prefix(15).map(\.fingerprint) == watcher.shown.dropFirst(30).prefix(14).map(\.fingerprint) + [
                watcher.shown[14].fingerprint
            ]
        )
    }

    @Test(
        "Automatic transport takes TCP when no datagram comes, and when the camera has no UDP",
        .timeLimit(.minutes(1)),
        arguments: [true, false]
    )
    func automaticTransport(offersUDP: Bool) async throws {
        let watcher = Watcher()
        let camera = FakeCamera(
            answer: { method, request in
                method == "SETUP" && !request.contains("RTP/AVP/TCP") && !offersUDP
                    ? .init(status: "461 Unsupported Transport") : nil
            },
            play: { [play = play(20)] sender in if sender.connectionNumber == 2 { play(sender) } }
        )
        let server = LoopbackServer { camera.serve($0) }
        var configuration = try configuration(server)
        configuration.transport = .automatic
        configuration.datagramDeadline = .milliseconds(300)
        let (error, _) = try await whileIterating(watcher.source(configuration)) {
            let some = await onThread { watcher.waitForPictures(19) }
            #expect(some)
        }
        #expect(error == nil)
        #expect(watcher.fallbacks.count == 1)
        #expect(watcher.losses.isEmpty)
        #expect(server.accepted == 2)
    }

    @Test(
        "Datagrams make the same pictures, and when many are lost automatic transport takes TCP",
        .timeLimit(.minutes(1))
    )
    func lossyDatagrams() async throws {
        let reference = try ball.decoded()
        for losesPackets in [false, true] {
            let watcher = Watcher()
            let camera = FakeCamera(play: { [ball] sender in
                var picture = 0
                while picture < 450 {
                    let unit = ball.accessUnits[picture % 45]
                    let units = picture % 45 == 0 ? ball.parameterSets + unit : unit
                    guard sender.send(units, picture: picture, payload: 300) else { return }
                    // One packet in about ten.
                    if losesPackets && sender.usesDatagrams { sender.lose(1) }
                    picture += 1
                    usleep(3000)
                }
            })
            let server = LoopbackServer { camera.serve($0) }
            var configuration = try configuration(server)
            configuration.transport = .automatic
            let source = watcher.source(configuration)
            let (error, _) = try await whileIterating(source) {
                let enough = await onThread { watcher.waitForPictures(100) }
                #expect(enough)
            }
            #expect(error == nil)
            #expect(watcher.shown.allSatisfy { reference.contains($0.fingerprint) })
            #expect(watcher.fallbacks.count == (losesPackets ? 1 : 0))
            #expect((source.statistics.packetLosses > 0) == losesPackets)
        }
    }

    @Test("Motion JPEG over HTTP is shown", .timeLimit(.minutes(1)))
    func motionJPEG() async throws {
        let images = try Clip("ball-320x180.mjpeg.avi").samples
        let watcher = Watcher()
        let server = LoopbackServer { connection in
            _ = connection.readHead()
            connection.write("HTTP/1.1 200 OK\r\nContent-Type: multipart/x-mixed-replace; boundary=next\r\n\r\n")
            for image in images + images {
                connection.write("--next\r\nContent-Type: image/jpeg\r\nContent-Length: \(image.count)\r\n\r\n")
                connection.write(image)
                connection.write("\r\n")
            }
            connection.waitForEnd()
        }
        var configuration = CaptureConfiguration(
            source: try SourceURL("http://u:p@127.0.0.1:\(server.port)/video.mjpg")
        )
        configuration.frameRate = nil
        let (error, ending) = try await whileIterating(watcher.source(configuration)) {
            let all = await onThread { watcher.waitForPictures(9) }
            #expect(all)
        }
        #expect(error == nil)
        #expect(ending < promisedEnding)
        #expect(watcher.shown.allSatisfy { $0.size == PictureSize(width: 320, height: 180) })
        #expect(Set(watcher.shown.map(\.fingerprint)).count == images.count)
    }
}
