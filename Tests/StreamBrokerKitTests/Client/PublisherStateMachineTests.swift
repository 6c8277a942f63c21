import SeededRandom
import StreamBrokerCore
import StreamBrokerKit
import Testing

@Suite("What a publisher does with frames and answers")
struct PublisherStateMachineTests {
    @Test("At most so many posts are under way; of those that wait the newest wins")
    func conflation() {
        let publisher = Harness()
        #expect(publisher.offer(1) == [.post(1000)])
        #expect(publisher.offer(2) == [.post(1001)])
        #expect(publisher.offer(3) == [])
        #expect(publisher.offer(4) == [])
        #expect(publisher.answer(1000, .accepted(subscribers: 1)) == [.report(.delivering), .post(1002)])
        #expect(publisher.postedFrames == [1, 2, 4])
        #expect(publisher.statistics.replaced == 1)
        #expect(publisher.statistics.posted == 1)
    }

    @Test("A frame that was given before the start is posted at the start, the newest only")
    func beforeStart() {
        let publisher = Harness(started: false)
        #expect(publisher.offer(1) == [])
        #expect(publisher.offer(2) == [])
        #expect(publisher.start() == [.post(1000)])
        #expect(publisher.postedFrames == [2])
        #expect(publisher.statistics.dropped == 1)
    }

    @Test("A post that was overtaken by a newer one is late, and nothing else happens")
    func late() {
        let publisher = Harness()
        _ = publisher.offer(1)
        _ = publisher.offer(2)
        _ = publisher.answer(1001, .accepted(subscribers: 0))
        #expect(publisher.answer(1000, .late(last: 1001)) == [])
        #expect(publisher.statistics.late == 1)
        #expect(publisher.offer(3) == [.post(1002)])
    }

    @Test("A broker that is away is tried again after the backoff, one post at a time, with the newest frame")
    func outage() {
        let publisher = Harness()
        _ = publisher.offer(1)
        _ = publisher.answer(1000, .accepted(subscribers: 0))
        _ = publisher.offer(2)
        let trouble = PublisherTrouble.unreachable(reason: "connection refused")
        #expect(
            publisher.answer(1001, .unreachable(reason: "connection refused")) == [
                .report(.troubled(trouble)), .wake(0.25),
            ]
        )
        publisher.advance(0.1)
        #expect(publisher.offer(3) == [])
        #expect(publisher.offer(4) == [])
        publisher.advance(0.15)
        #expect(publisher.wake() == [.post(1002)])
        #expect(publisher.offer(5) == [])
        // No second line for the same state, and twice the wait.
        #expect(publisher.answer(1002, .unreachable(reason: "connection refused")) == [.wake(0.5)])
        publisher.advance(0.5)
        #expect(publisher.wake() == [.post(1003)])
        publisher.advance(0.01)
        #expect(
            publisher.answer(1003, .accepted(subscribers: 1))
                == [.report(.recovered(outage: .milliseconds(760), lost: 3))]
        )
        #expect(publisher.postedFrames == [1, 2, 4, 5])
        #expect(publisher.statistics.failed == 2)
        #expect(publisher.statistics.dropped == 1)
        #expect(publisher.isAccounted)
    }

    @Test("The waits grow to their maximum and start anew after a recovery")
    func backoffGrows() {
        let publisher = Harness()
        var waits: [Double] = []
        for _ in 0..<6 {
            let sequence = publisher.postNext()
            waits += publisher.answer(sequence, .unreachable(reason: "")).compactMap {
                if case .wake(let wait) = $0 { wait } else { nil }
            }
            publisher.advance(waits.last ?? 0)
        }
        #expect(waits == [0.25, 0.5, 1, 2, 2, 2])
        _ = publisher.answer(publisher.postNext(), .accepted(subscribers: 0))
        #expect(publisher.answer(publisher.postNext(), .unreachable(reason: "")).last == .wake(0.25))
    }

    @Test("An early wake-up, and a wake-up without a frame, do nothing; the next frame is the probe")
    func wakeUps() {
        let publisher = Harness()
        _ = publisher.answer(publisher.postNext(), .unreachable(reason: ""))
        publisher.advance(0.2)
        #expect(publisher.wake() == [])
        publisher.advance(0.1)
        #expect(publisher.wake() == [])
        #expect(publisher.offer(9) == [.post(1001)])
    }

    @Test("Answers to posts from before an outage do not end it, and cannot prolong it")
    func oldAnswers() {
        let publisher = Harness()
        _ = publisher.offer(1)
        _ = publisher.offer(2)
        _ = publisher.answer(1000, .unreachable(reason: ""))
        #expect(publisher.answer(1001, .unreachable(reason: "")) == [])
        publisher.advance(0.25)
        #expect(publisher.offer(3) == [.post(1002)])
    }

    @Test("Frames that are no images are told once per status, and do not stop the others")
    func rejectedFrames() {
        let publisher = Harness()
        let report = Step.report(.frameRejected(status: 415, reason: "no image"))
        #expect(publisher.answer(publisher.postNext(), .rejected(status: 415, reason: "no image")) == [report])
        #expect(publisher.answer(publisher.postNext(), .rejected(status: 415, reason: "no image")) == [])
        #expect(publisher.answer(publisher.postNext(), .accepted(subscribers: 0)) == [.report(.delivering)])
        #expect(publisher.statistics.rejected == 2)
    }

    @Test("A refusal is told once and tried again slowly", arguments: [401, 403, 404])
    func refused(status: Int) {
        let publisher = Harness()
        let trouble = PublisherTrouble.refused(status: status, reason: "no")
        let refusal = PostOutcome.refused(status: status, reason: "no")
        #expect(publisher.answer(publisher.postNext(), refusal) == [.report(.troubled(trouble)), .wake(10)])
        publisher.advance(10)
        #expect(publisher.answer(publisher.postNext(), refusal) == [.wake(10)])
    }

    @Test("Retry-After is honoured up to a limit, and backoff stands in when there is none")
    func throttled() {
        let publisher = Harness()
        let first = PostOutcome.throttled(status: 429, retryAfter: .seconds(7), reason: "busy")
        #expect(publisher.answer(publisher.postNext(), first).last == .wake(7))
        publisher.advance(7)
        let endless = PostOutcome.throttled(status: 503, retryAfter: .seconds(86_400), reason: "busy")
        #expect(publisher.answer(publisher.postNext(), endless) == [.wake(60)])
        publisher.advance(60)
        #expect(
            publisher.answer(publisher.postNext(), .throttled(status: 503, retryAfter: nil, reason: "busy")) == [
                .wake(1)
            ]
        )
    }

    @Test("A change from one trouble to another is a new line")
    func troubleChanges() {
        let publisher = Harness()
        _ = publisher.answer(publisher.postNext(), .unreachable(reason: "x"))
        publisher.advance(1)
        let trouble = PublisherTrouble.refused(status: 403, reason: "no")
        #expect(
            publisher.answer(publisher.postNext(), .refused(status: 403, reason: "no")).first
                == .report(.troubled(trouble))
        )
    }

    @Test("A stream on which somebody else posts newer frames is left to them, and looked after every second")
    func contested() {
        let publisher = Harness()
        #expect(
            publisher.answer(publisher.postNext(), .late(last: 5000)) == [.report(.troubled(.contested)), .wake(1)]
        )
        publisher.advance(1)
        #expect(publisher.answer(publisher.postNext(), .late(last: 5030)) == [.wake(1)])
        publisher.advance(1)
        #expect(publisher.postNext() == 1002)
    }

    @Test("When nobody posts in between, it was our own clock: sequences go on above the stream's last one")
    func clockSetBack() {
        let publisher = Harness()
        _ = publisher.answer(publisher.postNext(), .late(last: 5000))
        publisher.advance(1)
        #expect(publisher.answer(publisher.postNext(), .late(last: 5000)) == [.wake(0)])
        #expect(publisher.postNext() == 5001)
        #expect(
            publisher.answer(5001, .accepted(subscribers: 0)) == [.report(.recovered(outage: .seconds(1), lost: 2))]
        )
    }

    @Test("A broker that does not tell its last sequence leaves the stream contested")
    func contestedWithoutSequence() {
        let publisher = Harness()
        _ = publisher.answer(publisher.postNext(), .late(last: nil))
        publisher.advance(1)
        #expect(publisher.answer(publisher.postNext(), .late(last: nil)) == [.wake(1)])
    }

    @Test("The last frames are still posted when the publisher is asked to end")
    func draining() {
        let publisher = Harness()
        _ = publisher.offer(1)
        _ = publisher.offer(2)
        _ = publisher.offer(3)
        #expect(publisher.drain() == [.wake(0.5)])
        #expect(publisher.offer(4) == [])
        #expect(publisher.answer(1000, .accepted(subscribers: 0)) == [.post(1002)])
        #expect(publisher.answer(1001, .accepted(subscribers: 0)) == [])
        #expect(publisher.answer(1002, .accepted(subscribers: 0)) == [.finish])
        #expect(publisher.postedFrames == [1, 2, 3])
        #expect(publisher.statistics.dropped == 1)
        #expect(publisher.isAccounted)
    }

    @Test("An end takes no longer than its limit, and nothing at all while the broker is away")
    func drainingEnds() {
        let publisher = Harness()
        _ = publisher.offer(1)
        _ = publisher.drain()
        publisher.advance(0.5)
        #expect(publisher.wake() == [.finish])
        #expect(publisher.answer(1000, .unreachable(reason: "cancelled")) == [])

        let away = Harness()
        _ = away.answer(away.postNext(), .unreachable(reason: ""))
        _ = away.offer(2)
        #expect(away.drain() == [.finish])
        #expect(away.drain() == [])
        #expect(away.isAccounted)
    }

    @Test("Bytes, subscribers, round trip and age are told")
    func statistics() {
        let publisher = Harness()
        _ = publisher.offer(1, bytes: 100, captureTime: UnixMicroseconds(1_000_000))
        publisher.advance(0.008)
        _ = publisher.answer(1000, .accepted(subscribers: 5), unixTime: UnixMicroseconds(1_020_000))
        #expect(publisher.statistics.bytesPosted == 100)
        #expect(publisher.statistics.subscribers == 5)
        #expect(publisher.statistics.roundTrip == .milliseconds(8))
        #expect(publisher.statistics.age == .milliseconds(20))
        #expect(publisher.statistics.isDelivering)
        _ = publisher.offer(2)
        publisher.advance(0.016)
        _ = publisher.answer(1001, .accepted(subscribers: 0))
        #expect(publisher.statistics.roundTrip == .milliseconds(9))
        #expect(publisher.statistics.age == nil)
    }

    @Test("Whatever happens, every frame is accounted for", arguments: 0..<50)
    func accounting(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let publisher = Harness()
        var underWay: [UInt64] = []
        for step in 0..<400 {
            let steps: [Step]
            switch UInt8.random(in: 0..<8, using: &random) {
            case 0..<4:
                steps = publisher.offer(step)
            case 4..<6 where !underWay.isEmpty:
                let sequence = underWay.remove(at: .random(in: underWay.indices, using: &random))
                let outcomes: [PostOutcome] = [
                    .accepted(subscribers: 1), .accepted(subscribers: 1), .late(last: nil), .late(last: 2000),
                    .rejected(status: 400, reason: ""), .refused(status: 403, reason: ""), .unreachable(reason: ""),
                    .throttled(status: 429, retryAfter: .seconds(1), reason: ""),
                ]
                steps = publisher.answer(sequence, outcomes.randomElement(using: &random)!)
            case 6:
                publisher.advance(.random(in: 0..<2, using: &random))
                steps = publisher.wake()
            default:
                steps = step > 380 ? publisher.drain() : []
            }
            for case .post(let sequence) in steps {
                #expect(underWay.allSatisfy { $0 < sequence }, "sequences rise")
                underWay.append(sequence)
            }
            #expect(underWay.count <= 2)
            #expect(publisher.isAccounted(underWay: underWay.count))
        }
        #expect(publisher.postedFrames == publisher.postedFrames.sorted())
    }
}

/// What a machine asked for, in a form that can be compared; waits are in seconds.
private enum Step: Equatable {
    case post(UInt64)
    case wake(Double)
    case report(PublisherEvent)
    case finish
}

/// A machine with a clock of its own. Frames are told apart by their first bytes, jitter is always 1.
private final class Harness {
    private var machine: PublisherStateMachine
    private var now = ContinuousClock.now
    private(set) var postedFrames: [Int] = []
    private var waiting = 0

    init(started: Bool = true) {
        machine = PublisherStateMachine(configuration: FramePublisherConfiguration(), firstSequence: 1000)
        if started { _ = machine.started(now: now) }
    }

    var statistics: FramePublisherStatistics { machine.statistics }

    /// Everything that was offered is somewhere, or one frame waits.
    var isAccounted: Bool { isAccounted(underWay: 0) }

    func isAccounted(underWay: Int) -> Bool {
        let known = statistics.posted + statistics.lost + UInt64(underWay)
        return known == statistics.offered || known + 1 == statistics.offered
    }

    func start() -> [Step] { steps(machine.started(now: now)) }

    func offer(_ number: Int, bytes: Int = 2, captureTime: UnixMicroseconds? = nil) -> [Step] {
        var image = [UInt8](repeating: 0, count: bytes)
        image[0] = UInt8(number >> 8)
        image[1] = UInt8(truncatingIfNeeded: number)
        return steps(machine.offered(CapturedFrame(image: image, captureTime: captureTime), now: now))
    }

    /// Offers a frame that must be posted at once, and answers its sequence.
    func postNext() -> UInt64 {
        let steps = offer(0)
        guard steps.count == 1, case .post(let sequence) = steps[0] else {
            Issue.record("expected a post, got \(steps)")
            return 0
        }
        return sequence
    }

    func answer(
        _ sequence: UInt64,
        _ outcome: PostOutcome,
        unixTime: UnixMicroseconds = UnixMicroseconds(0)
    ) -> [Step] {
        steps(machine.completed(sequence, outcome, now: now, unixTime: unixTime, jitter: 1))
    }

    func wake() -> [Step] { steps(machine.timerFired(now: now)) }
    func drain() -> [Step] { steps(machine.drain(now: now)) }
    func advance(_ seconds: Double) { now += .seconds(seconds) }

    private func steps(_ actions: [PublisherStateMachine.Action]) -> [Step] {
        actions.map { action in
            switch action {
            case .post(let post):
                postedFrames.append(Int(post.frame.image[0]) << 8 | Int(post.frame.image[1]))
                return .post(post.sequence)
            case .wake(let time):
                let milliseconds = now.duration(to: time) / .milliseconds(1)
                return .wake(milliseconds.rounded() / 1000)
            case .report(let event): return .report(event)
            case .finish: return .finish
            }
        }
    }
}
