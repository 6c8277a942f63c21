import FrameCodec
import RTSPCapture
import Testing

@Suite("Source watchdog")
struct SourceWatchdogTests {
    /// A source and its watchdog, on a clock of their own.
    private struct Scene {
        var watchdog = SourceWatchdog(
            .init(patience: .milliseconds(2500), freezeDeadline: .seconds(5)),
            at: MonotonicTime(microseconds: 0)
        )
        var now: Int64 = 0
        var timestamp: Int64 = 0
        var changes: [(condition: SourceCondition, at: Double)] = []
        var restarts: [Double] = []

        init() { watchdog.connected(at: time) }

        var time: MonotonicTime { MonotonicTime(microseconds: now) }

        var told: [SourceCondition] { changes.map(\.condition) }

        /// Lets time pass, looking ten times a second.
        mutating func pass(_ seconds: Double) {
            let end = now + Int64(seconds * 1_000_000)
            while now < end {
                now = min(end, now + 100_000)
                look()
            }
        }

        mutating func packets(_ seconds: Double) {
            for _ in 0..<Int(seconds * 20) {
                pass(0.05)
                watchdog.packetArrived(at: time)
                look()
            }
        }

        /// Pictures at a rate, each after the time that it takes.
        mutating func pictures(
            _ seconds: Double,
            rate: Double,
            similarity: PictureSimilarity = .different,
            timestampMoves: Bool = true
        ) {
            for _ in 0..<Int(seconds * rate) {
                pass(1 / rate)
                if timestampMoves { timestamp += Int64(1_000_000 / rate) }
                watchdog.packetArrived(at: time)
                watchdog.pictureDecoded(timestamp: timestamp, similarity: similarity, at: time)
                look()
            }
        }

        mutating func look() {
            if let change = watchdog.look(at: time) { changes.append((change, Double(now) / 1_000_000)) }
            if watchdog.wantsRestart(at: time) {
                watchdog.restarted()
                restarts.append(Double(now) / 1_000_000)
                watchdog.connected(at: time)
            }
        }
    }

    @Test("A source that is well is left in peace at any rate", arguments: [0.2, 0.5, 1, 5, 25, 60])
    func noFalseAlarm(rate: Double) {
        var scene = Scene()
        // The first interval of a camera slower than the patience cannot be known.
        if rate < 0.5 {
            scene.pictures(10 / rate, rate: rate)
            scene.changes = []
        }
        scene.pictures(120, rate: rate)
        #expect(scene.told == [])
        #expect(scene.restarts.isEmpty)
    }

    @Test("Each fault is told apart within three seconds, and its end at once", arguments: [1.0, 30])
    func faults(rate: Double) throws {
        var scene = Scene()
        scene.pictures(10, rate: rate)
        var begin = Double(scene.now) / 1_000_000
        scene.pass(4)
        scene.pictures(4, rate: rate)
        #expect(scene.told == [.silent, .flowing])
        let delay1 = try #require(scene.changes.first).at - begin
        #expect(delay1 <= 3)

        scene.changes = []
        begin = Double(scene.now) / 1_000_000
        scene.packets(4)
        scene.pictures(4, rate: rate)
        #expect(scene.told == [.withoutPictures, .flowing])
        let delay2 = try #require(scene.changes.first).at - begin
        #expect(delay2 <= 3)

        scene.changes = []
        begin = Double(scene.now) / 1_000_000
        scene.pictures(20, rate: rate, timestampMoves: false)
        scene.pictures(4, rate: rate)
        #expect(scene.told == [.repeatingTimestamps, .flowing])
        let delay3 = try #require(scene.changes.first).at - begin
        #expect(delay3 <= 3)

        #expect(scene.restarts.isEmpty)
    }

    @Test(
        "A scene in which nothing changes is told within three seconds, noise or not, and is left in peace",
        arguments: [1.0, 30],
        [PictureSimilarity.identical, .similar]
    )
    func unchanging(rate: Double, similarity: PictureSimilarity) throws {
        var scene = Scene()
        scene.pictures(10, rate: rate)
        let begin = Double(scene.now) / 1_000_000
        scene.pictures(600, rate: rate, similarity: similarity)
        scene.pictures(4, rate: rate)
        #expect(scene.told == [.unchanging, .flowing])
        let delay = try #require(scene.changes.first).at - begin
        #expect(delay <= 3)
        #expect(scene.restarts.isEmpty)
    }

    @Test("Pictures that differ, if only by noise, with a timestamp that stands still are not frozen")
    func noisyStandstill() {
        var scene = Scene()
        scene.pictures(10, rate: 30)
        scene.pictures(60, rate: 30, similarity: .similar, timestampMoves: false)
        #expect(scene.told == [.repeatingTimestamps])
        #expect(scene.restarts.isEmpty)
    }

    @Test("A frozen source is opened again, less and less often while that does not help")
    func frozen() throws {
        var scene = Scene()
        scene.pictures(10, rate: 30)
        scene.pictures(1200, rate: 30, similarity: .identical, timestampMoves: false)
        #expect(scene.told.contains(.frozen))
        let gaps = zip(scene.restarts, scene.restarts.dropFirst()).map { $1 - $0 }
        let delay5 = try #require(scene.restarts.first) - 10
        #expect(delay5 < 5.2)
        #expect(gaps.count >= 5)
        for (gap, next) in zip(gaps, gaps.dropFirst()) { #expect(next >= min(300, gap * 1.9)) }
        #expect(gaps.allSatisfy { $0 < 301 })

        // Well for a moment, it is opened again as early as the first time.
        scene.pictures(2, rate: 30)
        scene.restarts = []
        let begin = Double(scene.now) / 1_000_000
        scene.pictures(6, rate: 30, similarity: .identical, timestampMoves: false)
        let delay6 = try #require(scene.restarts.first) - begin
        #expect(delay6 < 5.2)
    }

    @Test("A picture without a timestamp says nothing about timestamps")
    func missingTimestamps() {
        var scene = Scene()
        for _ in 0..<300 {
            scene.pass(0.033)
            scene.watchdog.packetArrived(at: scene.time)
            scene.watchdog.pictureDecoded(timestamp: nil, similarity: .different, at: scene.time)
            scene.look()
        }
        #expect(scene.told == [])
    }

    @Test("Timestamps that jump or go back move")
    func jumps() {
        var scene = Scene()
        for step in 0..<20 {
            scene.timestamp += step.isMultiple(of: 2) ? 3_600_000_000 : -3_600_000_000
            scene.pictures(1, rate: 25)
        }
        #expect(scene.told == [])
    }

    @Test("A scene in which something moves now and then is not called still in turns", arguments: [4.0, 20, 120])
    func quietScene(pause: Double) {
        var scene = Scene()
        var passages = 0
        while scene.now < 4 * 3_600_000_000 {
            scene.pictures(pause, rate: 2, similarity: .similar)
            scene.pictures(3, rate: 2)
            passages += 1
        }
        // Four hours. Without a longer patience, there would be a pair of lines for each passage.
        #expect(passages > 100)
        #expect(scene.told.count <= 2 * 10)
    }

    @Test("A scene that is lively again is called still within three seconds again, in time")
    func livelyAgain() throws {
        var scene = Scene()
        for _ in 0..<5 {
            scene.pictures(100, rate: 2, similarity: .similar)
            scene.pictures(3, rate: 2)
        }
        scene.pictures(3600, rate: 2)
        scene.changes = []
        let begin = Double(scene.now) / 1_000_000
        scene.pictures(10, rate: 2, similarity: .similar)
        #expect(scene.told == [.unchanging])
        let delay = try #require(scene.changes.first).at - begin
        #expect(delay <= 3)
    }

    @Test("A camera that goes from 25 pictures a second to one, and to 60, is well")
    func changingRate() {
        var scene = Scene()
        scene.pictures(10, rate: 25)
        scene.pictures(30, rate: 1)
        scene.pictures(10, rate: 60)
        #expect(scene.told == [])
    }
}
