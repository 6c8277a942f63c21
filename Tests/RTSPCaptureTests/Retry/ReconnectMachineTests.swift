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

    @Test("tells each kind of failure once, and again only when the source was live in between")
    func news() {
        var machine = ReconnectMachine(policy: .endAtStart, backoff: Backoff())
        var news: [Bool?] = []
        for error in [unreachable, unreachable, unreachable, unauthorized, unauthorized, unreachable] {
            machine.connectionBegan(at: time(0))
            news.append(isNews(machine.failed(error, at: time(0), random: 0.5)))
        }
        #expect(news == [true, false, false, true, false, false])
        machine.connectionBegan(at: time(0))
        #expect(machine.wentLive(at: time(1)) == 6)
        #expect(isNews(machine.failed(unreachable, at: time(2), random: 0.5)) == true)
        machine.connectionBegan(at: time(0))
        #expect(machine.wentLive(at: time(3)) == 1)
    }

    @Test("waits longer and longer, and forgets that only after a healthy period")
    func backoff() {
        var machine = ReconnectMachine(policy: .endAtStart, backoff: Backoff())
        var delays: [Duration?] = []
        for second in 0..<4 {
            machine.connectionBegan(at: time(0))
            _ = machine.wentLive(at: time(Double(second)))
            delays.append(delay(machine.failed(lost, at: time(Double(second) + 0.5), random: 0.5)))
        }
        // Each of these outages has only just begun.
        #expect(delays == [0.125, 0.25, 0.25, 0.25].map { .seconds($0) })
        machine.connectionBegan(at: time(99))
        _ = machine.wentLive(at: time(100))
        #expect(delay(machine.failed(lost, at: time(110), random: 0.5)) == .milliseconds(125))
    }

    @Test("comes back soon while an outage is short, and waits longer when it lasts")
    func shortOutage() {
        var machine = ReconnectMachine(policy: .endAtStart, backoff: Backoff())
        func delay(at second: Double) -> Duration? {
            machine.connectionBegan(at: time(second))
            return self.delay(machine.failed(unreachable, at: time(second), random: 0.99))
        }
        for second in stride(from: 0, to: 5, by: 0.5) {
            #expect(delay(at: second)! <= ReconnectMachine.shortOutageLimit)
        }
        #expect(delay(at: 5) == .seconds(4) * 0.99)
        #expect(delay(at: 60) == .seconds(4) * 0.99)
    }

    @Test("counts a delay from the beginning of an attempt that waited in vain")
    func waitedAlready() {
        var machine = ReconnectMachine(policy: .endAtStart, backoff: Backoff())
        for second in 0..<10 { _ = machine.failed(unreachable, at: time(Double(second)), random: 0.5) }
        machine.connectionBegan(at: time(20))
        #expect(delay(machine.failed(lost, at: time(21.5), random: 0.5)) == .milliseconds(500))
        machine.connectionBegan(at: time(22))
        #expect(delay(machine.failed(lost, at: time(26), random: 0.5)) == .zero)
        // A login is not tried again sooner all the same.
        machine.connectionBegan(at: time(30))
        #expect(delay(machine.failed(unauthorized, at: time(34), random: 0.5)) == .seconds(30))
    }

    @Test("tries a refused login at most once in 30 s")
    func login() {
        var machine = ReconnectMachine(policy: .endAtStart, backoff: Backoff())
        for _ in 0..<12 {
            machine.connectionBegan(at: time(0))
            let delay = delay(machine.failed(unauthorized, at: time(0), random: 0))
            #expect(delay == .seconds(30))
        }
    }

    @Test("ends for what trying again cannot mend, as the policy says")
    func policies() {
        func ends(_ policy: RetryPolicy, afterBeingLive: Bool) -> Bool {
            var machine = ReconnectMachine(policy: policy, backoff: Backoff())
            machine.connectionBegan(at: time(0))
            if afterBeingLive {
                _ = machine.wentLive(at: time(0))
                _ = machine.failed(lost, at: time(1), random: 0.5)
                machine.connectionBegan(at: time(0))
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
            machine.connectionBegan(at: time(0))
            let delay = delay(machine.failed(unreachable, at: time(Double(attempt)), random: 0.999))
            #expect(delay != nil && delay! <= .seconds(30))
        }
        #expect(machine.failures == 100)
    }
}
