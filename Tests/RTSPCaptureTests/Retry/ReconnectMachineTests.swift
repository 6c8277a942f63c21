import RTSPCapture
import Testing

@Suite("Reconnecting")
struct ReconnectMachineTests {
    private let unreachable = CaptureError(code: .unreachable, message: "")
    private let lost = CaptureError(code: .connectionLost, message: "")
    private let unauthorized = CaptureError(code: .unauthorized, message: "")
    private let noVideo = CaptureError(code: .noVideo, message: "")

    private func time(_ seconds: Double) -> MonotonicTime { MonotonicTime(microseconds: Int64(seconds * 1_000_000)) }

    private func delay(_ decision: ReconnectMachine.Decision) -> Duration? {
        if case .retry(let delay, _) = decision { delay } else { nil }
    }

    private func isNews(_ decision: ReconnectMachine.Decision) -> Bool? {
        if case .retry(_, let isNews) = decision { isNews } else { nil }
    }

    @Test("tells a failure once, and again only when it changes or the source was live in between")
    func news() {
        var machine = ReconnectMachine(policy: .endAtStart, backoff: Backoff())
        var news: [Bool?] = []
        for error in [unreachable, unreachable, unreachable, unauthorized, unauthorized, unreachable] {
            machine.connectionBegan()
            news.append(isNews(machine.failed(error, at: time(0), random: 0.5)))
        }
        #expect(news == [true, false, false, true, false, true])
        machine.connectionBegan()
        #expect(machine.wentLive(at: time(1)) == 6)
        #expect(isNews(machine.failed(unreachable, at: time(2), random: 0.5)) == true)
        machine.connectionBegan()
        #expect(machine.wentLive(at: time(3)) == 1)
    }

    @Test("waits longer and longer, and forgets that only after a healthy period")
    func backoff() {
        var machine = ReconnectMachine(policy: .endAtStart, backoff: Backoff())
        var delays: [Duration?] = []
        for second in 0..<4 {
            machine.connectionBegan()
            _ = machine.wentLive(at: time(Double(second)))
            delays.append(delay(machine.failed(lost, at: time(Double(second) + 0.5), random: 0.5)))
        }
        #expect(delays == [0.125, 0.25, 0.5, 1].map { .seconds($0) })
        machine.connectionBegan()
        _ = machine.wentLive(at: time(100))
        #expect(delay(machine.failed(lost, at: time(110), random: 0.5)) == .milliseconds(125))
    }

    @Test("tries a refused login at most once in 30 s")
    func login() {
        var machine = ReconnectMachine(policy: .endAtStart, backoff: Backoff())
        for _ in 0..<12 {
            machine.connectionBegan()
            let delay = delay(machine.failed(unauthorized, at: time(0), random: 0))
            #expect(delay == .seconds(30))
        }
    }

    @Test("ends for what trying again cannot mend, as the policy says")
    func policies() {
        func ends(_ policy: RetryPolicy, afterBeingLive: Bool) -> Bool {
            var machine = ReconnectMachine(policy: policy, backoff: Backoff())
            machine.connectionBegan()
            if afterBeingLive {
                _ = machine.wentLive(at: time(0))
                _ = machine.failed(lost, at: time(1), random: 0.5)
                machine.connectionBegan()
            }
            if case .end = machine.failed(noVideo, at: time(2), random: 0.5) { return true }
            return false
        }
        #expect(ends(.endAtStart, afterBeingLive: false))
        #expect(!ends(.endAtStart, afterBeingLive: true))
        #expect(!ends(.keepTrying, afterBeingLive: false))
        #expect(!ends(.keepTrying, afterBeingLive: true))
        #expect(ends(.end, afterBeingLive: false))
        #expect(ends(.end, afterBeingLive: true))
    }

    @Test("never ends for a camera that is away")
    func unreachableForEver() {
        var machine = ReconnectMachine(policy: .end, backoff: Backoff())
        for attempt in 1...100 {
            machine.connectionBegan()
            let delay = delay(machine.failed(unreachable, at: time(Double(attempt)), random: 0.999))
            #expect(delay != nil && delay! <= .seconds(30))
        }
        #expect(machine.failures == 100)
    }
}
