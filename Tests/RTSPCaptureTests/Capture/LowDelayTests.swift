import FrameCodec
import RTSPCapture
import Testing

@Suite("Low delay")
struct LowDelayTests {
    private let clip: H264Clip
    private let reference: [UInt64]

    init() throws {
        clip = try H264Clip("ball-320x180.h264.mp4")
        reference = try clip.decoded()
    }

    private func configuration(_ server: LoopbackServer, lowDelay: Bool = true) throws -> CaptureConfiguration {
        var configuration = CaptureConfiguration(source: try SourceURL("rtsp://127.0.0.1:\(server.port)/ball"))
        configuration.frameRate = nil
        configuration.lowDelay = lowDelay
        configuration.backoff = Backoff(base: .milliseconds(10), limit: .milliseconds(100))
        return configuration
    }

    /// The access units with parameter sets in front of keyframes.
    private var units: [[[UInt8]]] {
        clip.accessUnits.map { $0.contains { $0[0] & 0x1F == 5 } ? clip.parameterSets + $0 : $0 }
    }

    @Test(
        "Slices that are decoded as they end make the same pictures, bit for bit",
        arguments: [40, 80, 200, 1400, 60_000]
    )
    func bitIdentical(payload: Int) throws {
        var assembler = AccessUnitAssembler()
        var decoder = try VideoDecoder(codec: .h264, threads: .slices(2), lowDelayChunks: true)
        var shown: [UInt64] = []
        var late = 0
        for (index, unit) in units.enumerated() {
            for fragment in unit.flatMap({ RTPFragments.split($0, payload: payload) }) {
                let verdict = assembler.append(fragment, timestamp: Int64(index))
                #expect(verdict == .consistent)
                while let piece = assembler.nextPiece() {
                    try decoder.send(Packet(copying: piece.bytes, presentationTimestamp: piece.timestamp))
                    while let picture = try decoder.receive() {
                        let (isCorrupt, timestamp) = (picture.isCorrupt, picture.presentationTimestamp)
                        #expect(!isCorrupt)
                        #expect(timestamp == Int64(shown.count))
                        shown.append(picture.fingerprint)
                    }
                }
            }
            if shown.count < index + 1 { late += 1 }
        }
        #expect(shown == Array(reference.prefix(shown.count)))
        #expect(shown.count >= reference.count - 1)
        // With fragments to learn from, all is early after a few pictures, but for an end that falls together with a
        // full fragment.
        if payload <= 80 { #expect(late <= 10) }
    }

    @Test("Each picture is shown before the camera sends anything of the next", .timeLimit(.minutes(1)))
    func lockStep() async throws {
        let watcher = Watcher()
        let units = units
        let answered = Monitor([Bool]())
        let camera = FakeCamera(play: { sender in
            for (index, unit) in units.enumerated() {
                sender.send(unit, picture: index)
                // While it learns, the capture waits for the next start code.
                if index < 8 { continue }
                let inTime = watcher.waitForPictures(index + 1, within: .seconds(5))
                answered.withLock { $0.append(inTime) }
                if !inTime { return }
            }
        })
        let server = LoopbackServer { camera.serve($0) }
        let source = watcher.source(try configuration(server))
        let (error, _) = try await whileIterating(source) {
            let all = await onThread { watcher.waitForPictures(units.count) }
            #expect(all)
        }
        #expect(error == nil)
        #expect(answered.withLock { $0 } == Array(repeating: true, count: units.count - 8))
        #expect(watcher.shown.map(\.fingerprint) == reference)
        #expect(watcher.shown.map(\.origin.sourceSequence) == (1...45).map { UInt64($0) })
        let steps = zip(watcher.shown, watcher.shown.dropFirst()).map {
            $1.origin.presentationTimestamp - $0.origin.presentationTimestamp
        }
        #expect(steps.allSatisfy { (33_333...33_334).contains($0) })
        #expect(source.statistics.damaged == 0 && source.statistics.received == 45)
    }

    @Test(
        "A camera that starts to cut unevenly is read anew with the parser, and no wrong picture is shown",
        .timeLimit(.minutes(1))
    )
    func unevenCamera() async throws {
        let watcher = Watcher()
        let units = units
        let camera = FakeCamera(play: { sender in
            for (index, unit) in units.enumerated() {
                let cut: (([UInt8]) -> [[UInt8]])? =
                    index < 20
                    ? nil
                    : { body in
                        [Array(body.prefix(30)), Array(body.dropFirst(30).prefix(20)), Array(body.dropFirst(50))]
                    }
                guard sender.send(unit, picture: index, cut: cut) else { return }
            }
        })
        let server = LoopbackServer { camera.serve($0) }
        let source = watcher.source(try configuration(server))
        let (error, _) = try await whileIterating(source) {
            // The parser shows the last one only when another follows.
            let all = await onThread { watcher.waitForPictures(units.count + 15) }
            #expect(all)
        }
        #expect(error == nil)
        #expect(server.accepted == 2)
        #expect(watcher.fallbacks.count == 1)
        #expect(watcher.losses.isEmpty)
        #expect(watcher.shown.allSatisfy { reference.contains($0.fingerprint) })
    }

    @Test("With lost packets no wrong picture is shown, and the next keyframe is", .timeLimit(.minutes(1)))
    func losses() async throws {
        let watcher = Watcher()
        let units = units
        let camera = FakeCamera(play: { sender in
            for (index, unit) in units.enumerated() {
                if index == 20 {
                    // Half of the first slice is lost.
                    let packets = FakeCamera.packets(of: unit[0], payload: 80)
                    for packet in packets.prefix(packets.count / 2) {
                        sender.send(packet, picture: index, isLast: false)
                    }
                    sender.lose(packets.count - packets.count / 2)
                    sender.send(Array(unit.dropFirst()), picture: index)
                } else {
                    sender.send(unit, picture: index)
                }
            }
        })
        for lowDelay in [true, false] {
            let watcher = lowDelay ? watcher : Watcher()
            let server = LoopbackServer { camera.serve($0) }
            let source = watcher.source(try configuration(server, lowDelay: lowDelay))
            let (error, _) = try await whileIterating(source) {
                // Those before the loss, and from the keyframe at 30 on. The parser has the one before the loss in its
                // hands when the loss is noticed, and keeps the last one.
                let all = await onThread { watcher.waitForPictures(lowDelay ? 35 : 33) }
                #expect(all)
            }
            #expect(error == nil)
            #expect(source.statistics.packetLosses == 1)
            #expect(source.statistics.damaged > 0)
            let shown = watcher.shown.map(\.fingerprint)
            #expect(shown.allSatisfy(reference.contains))
            let before = lowDelay ? 20 : 19
            #expect(Array(shown.prefix(before)) == Array(reference.prefix(before)))
            #expect(Array(shown.dropFirst(before).prefix(14)) == Array(reference[30..<44]))
        }
    }

    @Test(
        "After pictures that are not whole the next keyframe is shown, on the same connection",
        .timeLimit(.minutes(1))
    )
    func corruption() async throws {
        let watcher = Watcher()
        let units = units
        let camera = FakeCamera(play: { sender in
            for (index, unit) in units.enumerated() {
                var unit = unit
                // The last slice does not come, and nothing tells so: the decoder waits for it.
                if index == 20 || index == 29 { unit.removeLast() }
                sender.send(unit, picture: index)
            }
        })
        let server = LoopbackServer { camera.serve($0) }
        let source = watcher.source(try configuration(server))
        let (error, _) = try await whileIterating(source) {
            let all = await onThread { watcher.waitForPictures(34) }
            #expect(all)
        }
        #expect(error == nil)
        #expect(server.accepted == 1)
        let shown = watcher.shown.map(\.fingerprint)
        #expect(Array(shown.prefix(20)) == Array(reference.prefix(20)))
        #expect(Array(shown.dropFirst(20).prefix(14)) == Array(reference[30..<44]))
    }

    @Test("Pictures that do not come in order are left to the parser", .timeLimit(.minutes(1)))
    func bidirectional() async throws {
        let clip = try H264Clip("ball-320x180.b-frames.h264.mp4")
        let reference = try clip.decoded()
        let watcher = Watcher()
        let camera = FakeCamera(
            play: { sender in
                for (index, unit) in clip.accessUnits.enumerated() {
                    sender.send(index == 0 ? clip.parameterSets + unit : unit, picture: index)
                }
            },
            closes: true
        )
        let server = LoopbackServer { camera.serve($0) }
        let source = watcher.source(try configuration(server))
        let (error, _) = try await whileIterating(source) {
            let some = await onThread { watcher.waitForPictures(8) }
            #expect(some)
        }
        #expect(error == nil)
        #expect(watcher.fallbacks.count == 1)
        #expect(watcher.shown.allSatisfy { reference.contains($0.fingerprint) })
    }
}
