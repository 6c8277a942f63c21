import SeededRandom
import StreamBrokerCore
import Testing

@Suite struct ViewerOutboxTests {
    @Test func anIdleViewerGetsAFrameAtOnce() {
        var outbox = ViewerOutbox()
        guard case .write = outbox.offer(1, byteCount: 1_000, lane: 0, now: 0) else {
            Issue.record("not written")
            return
        }
        let whileWriting = outbox.isIdle
        let next = outbox.writeCompleted(now: 0)
        let afterwards = outbox.isIdle
        #expect(!whileWriting && afterwards && next.turn == nil)
    }

    @Test func theNewestWaitsAndReplaces() {
        var outbox = ViewerOutbox()
        _ = outbox.offer(1, byteCount: 1_000, lane: 0, now: 0)
        guard case .waits = outbox.offer(2, byteCount: 1_000, lane: 0, now: 0),
            case .replaced = outbox.offer(3, byteCount: 1_000, lane: 0, now: 0)
        else {
            Issue.record("not kept waiting")
            return
        }
        #expect(outbox.waitingCount == 1)
        #expect(outbox.writeCompleted(now: 0).turn?.sequence == 3)
    }

    @Test func olderFramesAreStale() {
        var outbox = ViewerOutbox()
        _ = outbox.offer(5, byteCount: 1_000, lane: 0, now: 0)
        for sequence in UInt64(1)...5 {
            guard case .stale = outbox.offer(sequence, byteCount: 1_000, lane: 0, now: 0) else {
                Issue.record("sequence \(sequence) was taken after 5")
                return
            }
        }
    }

    @Test func framesWaitForControlFrames() {
        var outbox = ViewerOutbox()
        outbox.controlWriteBegan()
        outbox.controlWriteBegan()
        guard case .waits = outbox.offer(1, byteCount: 1_000, lane: 0, now: 0) else {
            Issue.record("written past a control frame")
            return
        }
        #expect(outbox.writeCompleted(now: 0).turn == nil)
        #expect(outbox.writeCompleted(now: 0).turn?.sequence == 1)
    }

    @Test func anAcknowledgingViewerHasTwoFramesAtMost() {
        var outbox = ViewerOutbox()
        outbox.acknowledged(upTo: 0, lane: 0, now: 0)
        for sequence in UInt64(1)...2 {
            guard case .write = outbox.offer(sequence, byteCount: 1_000, lane: 0, now: 0) else {
                Issue.record("frame \(sequence) was not written")
                return
            }
            _ = outbox.writeCompleted(now: 0)
        }
        for sequence in UInt64(3)...9 { _ = outbox.offer(sequence, byteCount: 1_000, lane: 0, now: 0) }
        outbox.acknowledged(upTo: 1, lane: 0, now: 0)
        #expect(outbox.next(now: 0).turn?.sequence == 9)
    }

    /// What a slow viewer was sent before it said anything lies on its line; the next frame is not to wait behind it.
    @Test(arguments: [false, true])
    func whatWasWrittenBeforeTheFirstAcknowledgementIsOnItsWay(wentPastTheOutbox: Bool) {
        let transfer: Int64 = 150_000
        var outbox = ViewerOutbox()
        if wentPastTheOutbox {
            outbox.wroteAtOnce(upTo: 4, byteCount: 40_000)
        } else {
            for sequence in UInt64(1)...4 {
                _ = outbox.offer(sequence, byteCount: 40_000, lane: 0, now: 0)
                _ = outbox.writeCompleted(now: 0)
            }
        }
        outbox.isDraining = true
        for sequence in UInt64(1)...3 {
            let now = Int64(sequence) * transfer
            outbox.acknowledged(upTo: sequence, lane: 0, now: now)
            let isLineFree = outbox.isLineFree()
            #expect(!isLineFree)
            if case .write = outbox.offer(4 + sequence, byteCount: 40_000, lane: 0, now: now) {
                Issue.record("written after the acknowledgement of frame \(sequence)")
            }
        }
        outbox.acknowledged(upTo: 4, lane: 0, now: 4 * transfer)
        let isLineFree = outbox.isLineFree()
        outbox.holdIfSlow(now: 4 * transfer)
        let time = outbox.nextTime()
        #expect(isLineFree)
        #expect(time == 4 * transfer + ViewerOutbox.longestMeasurement, "a slow line, known by its first frames")
        outbox.endHold()
        #expect(outbox.next(now: 4 * transfer).turn?.sequence == 7)
    }

    @Test func whatIsSaidToHaveArrivedIsNotOnItsWay() {
        var outbox = ViewerOutbox()
        outbox.wroteAtOnce(upTo: 4, byteCount: 40_000)
        outbox.isDraining = true
        outbox.acknowledged(upTo: 4, lane: 0, now: 0)
        let isLineFree = outbox.isLineFree()
        #expect(isLineFree)
        guard case .write = outbox.offer(5, byteCount: 40_000, lane: 0, now: 0) else {
            Issue.record("held back for nothing")
            return
        }
    }

    @Test func theLineIsFreeWhenAllIsAcknowledged() {
        var outbox = ViewerOutbox(laneCount: 2)
        var states: [Bool] = [outbox.isLineFree()]
        outbox.acknowledged(upTo: 0, lane: 0, now: 0)
        outbox.acknowledged(upTo: 0, lane: 1, now: 0)
        states.append(outbox.isLineFree())
        _ = outbox.offer(1, byteCount: 1_000, lane: 1, now: 0)
        states.append(outbox.isLineFree())
        _ = outbox.writeCompleted(now: 0)
        states.append(outbox.isLineFree())
        outbox.acknowledged(upTo: 1, lane: 1, now: 0)
        states.append(outbox.isLineFree())
        #expect(states == [false, true, false, false, true])
    }

    /// Nothing goes out beside what measures a slow line, but not for ever.
    @Test func aSlowLineIsLeftFreeForAMeasurement() {
        for (transfer, isHeld) in [(Int64(5_000), false), (200_000, true)] {
            var outbox = ViewerOutbox()
            var now: Int64 = 1_000_000
            outbox.acknowledged(upTo: 0, lane: 0, now: now)
            for sequence in UInt64(1)...4 {
                _ = outbox.offer(sequence, byteCount: 40_000, lane: 0, now: now)
                _ = outbox.writeCompleted(now: now)
                now += transfer
                outbox.acknowledged(upTo: sequence, lane: 0, now: now)
            }
            outbox.holdIfSlow(now: now)
            let offer = outbox.offer(5, byteCount: 40_000, lane: 0, now: now)
            let time = outbox.nextTime()
            if isHeld {
                guard case .waits = offer else {
                    Issue.record("sent beside the measurement")
                    return
                }
                #expect(time == now + ViewerOutbox.longestMeasurement)
                outbox.endHold()
                #expect(outbox.next(now: now).turn?.sequence == 5)
            } else if case .write = offer {
            } else {
                Issue.record("a fast line was held")
            }
        }
    }

    @Test func thinningIsEvenAndKeepsTheRate() {
        for (source, wanted) in [(30, 10.0), (30, 25.0), (60, 15.0), (30, 1.0), (25, 30.0)] {
            var thinner = FrameThinner(framesPerSecond: wanted)
            var random = SeededRandom(seed: 3)
            let seconds = 20
            var admitted: [Int64] = []
            for index in 0..<source * seconds {
                let jitter = Int64.random(in: -1_000...1_000, using: &random)
                let time = Int64(index) * 1_000_000 / Int64(source) + jitter
                if thinner.admits(at: time) { admitted.append(time) }
            }
            let expected = min(wanted, Double(source)) * Double(seconds)
            #expect(abs(Double(admitted.count) - expected) <= expected * 0.02 + 1, "\(source) to \(wanted)")
            let gaps = zip(admitted, admitted.dropFirst()).map { $1 - $0 }
            let largest = 1_000_000 / Int64(min(wanted, Double(source))) + 1_000_000 / Int64(source) + 3_000
            #expect(gaps.allSatisfy { $0 <= largest }, "\(source) to \(wanted)")
        }
    }

    @Test func aFrameThatWasLeftOutIsDueWhenNoneFollows() {
        var outbox = ViewerOutbox()
        outbox.setRate(10, lane: 0)
        guard case .write = outbox.offer(1, byteCount: 1_000, lane: 0, now: 0) else {
            Issue.record("the first frame was left out")
            return
        }
        _ = outbox.writeCompleted(now: 0)
        guard case .thinned = outbox.offer(2, byteCount: 1_000, lane: 0, now: 33_000),
            case .thinned = outbox.offer(3, byteCount: 1_000, lane: 0, now: 66_000)
        else {
            Issue.record("a frame too many went through")
            return
        }
        #expect(outbox.heldBackDue(lane: 0) == 100_000 + ViewerOutbox.heldBackGrace)
        guard case .write = outbox.offerHeldBack(3, byteCount: 1_000, lane: 0, now: 350_000) else {
            Issue.record("the last frame never came")
            return
        }
        _ = outbox.writeCompleted(now: 0)
        guard case .thinned = outbox.offer(4, byteCount: 1_000, lane: 0, now: 360_000) else {
            Issue.record("the frame that was held back did not count for the rate")
            return
        }
        guard case .stale = outbox.offerHeldBack(3, byteCount: 1_000, lane: 0, now: 400_000) else {
            Issue.record("a frame came twice")
            return
        }
    }

    @Test func manyStreamsTakeTurns() {
        var outbox = ViewerOutbox(laneCount: 3)
        _ = outbox.offer(1, byteCount: 1_000, lane: 0, now: 0)
        _ = outbox.offer(1, byteCount: 1_000, lane: 1, now: 0)
        _ = outbox.offer(1, byteCount: 1_000, lane: 2, now: 0)
        _ = outbox.offer(2, byteCount: 1_000, lane: 0, now: 0)
        _ = outbox.offer(2, byteCount: 1_000, lane: 1, now: 0)
        #expect(outbox.writeCompleted(now: 0) == .write(ViewerOutbox.Turn(lane: 1, sequence: 2)))
        #expect(outbox.writeCompleted(now: 0) == .write(ViewerOutbox.Turn(lane: 2, sequence: 1)))
        #expect(outbox.writeCompleted(now: 0) == .write(ViewerOutbox.Turn(lane: 0, sequence: 2)))
        #expect(outbox.writeCompleted(now: 0).turn == nil)
    }

    /// Random events against the promises to a viewer: never back, one write at a time, the newest arrives, every frame accounted for.
    @Test(arguments: 0..<50) func keepsItsPromises(seed: Int) {
        var random = SeededRandom(seed: UInt64(seed))
        var outbox = ViewerOutbox()
        var sent: [UInt64] = []
        var replaced = 0
        var offered: UInt64 = 0
        var frameInFlight = false
        var controlsInFlight = 0

        func wrote(_ sequence: UInt64) {
            #expect(!frameInFlight && controlsInFlight == 0, "two writes at a time")
            #expect(sequence > sent.last ?? 0, "order went back")
            sent.append(sequence)
            frameInFlight = true
        }
        for _ in 0..<2_000 {
            switch Int.random(in: 0..<4, using: &random) {
            case 0, 1:
                offered += 1
                switch outbox.offer(offered, byteCount: 1_000, lane: 0, now: 0) {
                case .write: wrote(offered)
                case .replaced: replaced += 1
                case .waits: break
                case .stale, .thinned: Issue.record("a new frame was refused")
                }
            case 2 where controlsInFlight < 3:
                outbox.controlWriteBegan()
                controlsInFlight += 1
            default:
                guard frameInFlight || controlsInFlight > 0 else { continue }
                // Writes complete in order: the frame was begun before any control frame that is still in flight.
                if frameInFlight { frameInFlight = false } else { controlsInFlight -= 1 }
                if let next = outbox.writeCompleted(now: 0).turn { wrote(next.sequence) }
            }
        }
        while frameInFlight || controlsInFlight > 0 {
            if frameInFlight { frameInFlight = false } else { controlsInFlight -= 1 }
            if let next = outbox.writeCompleted(now: 0).turn { wrote(next.sequence) }
        }
        #expect(sent.last == offered, "the newest arrives")
        #expect(sent.count + replaced == Int(offered), "every frame is accounted for")
    }
}

extension ViewerOutbox.Next {
    fileprivate var turn: ViewerOutbox.Turn? {
        if case .write(let turn) = self { return turn }
        return nil
    }
}
