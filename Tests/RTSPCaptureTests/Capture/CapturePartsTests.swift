import FrameCodec
import RTSPCapture
import Testing

@Suite("Parts of a capture")
struct CapturePartsTests {
    private func time(_ seconds: Double) -> MonotonicTime { MonotonicTime(microseconds: Int64(seconds * 1_000_000)) }

    @Test("After damage, pictures are held back to the next sound keyframe behind it")
    func damage() {
        var hold = DamageHold()
        func admits(_ token: Int64, key: Bool = false, corrupt: Bool = false, at seconds: Double = 0) -> Bool {
            hold.admits(token: token, isKeyframe: key, isCorrupt: corrupt, now: time(seconds))
        }
        #expect(admits(1))
        hold.damaged(at: 2, now: time(0))
        #expect(!admits(2, key: true))
        #expect(!admits(3))
        #expect(!admits(4, key: true, corrupt: true))
        #expect(!admits(5))
        #expect(admits(6, key: true))
        #expect(admits(7))
        #expect(!admits(8, corrupt: true))
        #expect(!admits(9, at: 5))
        // Without keyframes it is shown again after a while.
        #expect(admits(10, at: 12))
    }

    @Test("A picture is matched with its data once")
    func ledger() {
        var ledger = PacketLedger()
        let first = Arrival(monotonic: time(1), unix: 11)
        let second = Arrival(monotonic: time(2), unix: 22)
        let token = ledger.enter(timestamp: 7, arrival: first)
        ledger.extend(token, arrival: second)
        let next = ledger.enter(timestamp: nil, arrival: first)
        #expect(next == token + 1)
        let entry = ledger.take(token)
        #expect(entry?.timestamp == 7)
        #expect(entry?.arrival == second)
        let again = ledger.take(token)
        #expect(again == nil)
        for _ in 0..<200 { _ = ledger.enter(timestamp: nil, arrival: first) }
        let old = ledger.take(next)
        #expect(old == nil)
    }

    @Test("Five losses within ten seconds are too many for datagrams")
    func losses() {
        var meter = LossMeter()
        let verdicts = [0, 3, 6, 9, 11, 12].map { meter.lost(at: time($0)) }
        #expect(verdicts == [false, false, false, false, false, true])
    }

    @Test(
        "An output size is a limit that keeps the shape",
        arguments: [
            (OutputSize(), 1280, 720), (OutputSize(width: 640), 640, 360), (OutputSize(height: 360), 640, 360),
            (OutputSize(width: 640, height: 480), 640, 360), (OutputSize(width: 1920), 1280, 720),
            (OutputSize(width: 1, height: 1), 1, 1), (OutputSize(width: 853), 852, 480),
        ]
    )
    func sizes(limit: OutputSize, width: Int, height: Int) throws {
        let source = try #require(PictureSize(width: 1280, height: 720))
        #expect(limit.fitting(source) == PictureSize(width: width, height: height))
    }

    @Test("The newest element wins, in order, and the last is delivered before the end")
    func slot() async {
        let slot = NewestSlot<Int>()
        #expect(slot.offer(1, sequence: 1) == .accepted)
        #expect(slot.offer(3, sequence: 3) == .replacedAnother)
        #expect(slot.offer(2, sequence: 2) == .late)
        #expect(await slot.next().element == 3)
        async let awaited = slot.next().element
        while slot.offer(5, sequence: 5) == .late {}
        #expect(await awaited == 5)
        #expect(slot.offer(6, sequence: 6) == .accepted)
        slot.finish(nil)
        #expect(slot.offer(7, sequence: 7) == .refused)
        #expect(await slot.next().element == 6)
        #expect(await slot.next().element == nil)
        #expect(await slot.next().element == nil)
    }
}

extension NewestSlot.Delivery {
    /// The element, or nil at the end.
    fileprivate var element: Element? { if case .element(let element) = self { element } else { nil } }
}
