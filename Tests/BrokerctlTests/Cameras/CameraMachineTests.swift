import StreamBrokerKit
import Testing
import brokerctl

@Suite("When a camera's process runs")
struct CameraMachineTests {
    typealias Action = CameraMachine.Action

    private let start = ContinuousClock.now

    private func at(_ seconds: Double) -> ContinuousClock.Instant { start + .milliseconds(Int64(seconds * 1_000)) }

    /// What is to be done, without what is to be told.
    private func deeds(_ actions: [Action]) -> [Action] {
        actions.filter {
            switch $0 {
            case .tell, .logExit: false
            case .start, .stop, .wake: true
            }
        }
    }

    private func told(_ actions: [Action]) -> SourceStatus? {
        actions.compactMap { if case .tell(let status) = $0 { status } else { nil } }.last
    }

    @Test("A camera that is always wanted runs from the start, whoever comes and goes")
    func always() {
        var machine = CameraMachine(isOnDemand: false)
        #expect(deeds(machine.began(now: at(0))) == [.start])
        #expect(deeds(machine.viewersChanged(2, now: at(1))).isEmpty)
        #expect(deeds(machine.viewersChanged(0, now: at(2))).isEmpty)
        #expect(deeds(machine.timerFired(now: at(100))).isEmpty)
    }

    @Test("A camera on demand runs from the first viewer until ten seconds after the last")
    func onDemand() {
        var machine = CameraMachine(isOnDemand: true)
        let first = machine.began(now: at(0))
        #expect(deeds(first).isEmpty)
        #expect(told(first)?.state == .idle)
        #expect(deeds(machine.viewersChanged(0, now: at(0.1))).isEmpty)
        #expect(deeds(machine.viewersChanged(1, now: at(1))) == [.start])
        #expect(deeds(machine.viewersChanged(0, now: at(5))) == [.wake(at: at(15))])
        // Nothing new: the linger does not begin again.
        #expect(deeds(machine.viewersChanged(0, now: at(9))).isEmpty)
        #expect(deeds(machine.timerFired(now: at(14.9))).isEmpty)
        #expect(deeds(machine.timerFired(now: at(15))) == [.stop])
        let last = machine.exited(reason: "was stopped", now: at(15.2), jitter: 0)
        #expect(deeds(last).isEmpty)
        #expect(told(last)?.state == .idle)
        #expect(told(last)?.restarts == 0)
    }

    @Test("A viewer who comes in time keeps the camera")
    func keptByAViewer() {
        var machine = CameraMachine(isOnDemand: true)
        _ = machine.began(now: at(0))
        _ = machine.viewersChanged(1, now: at(0))
        _ = machine.viewersChanged(0, now: at(1))
        #expect(deeds(machine.viewersChanged(1, now: at(10.9))).isEmpty)
        #expect(deeds(machine.timerFired(now: at(11))).isEmpty)
        #expect(deeds(machine.viewersChanged(0, now: at(20))) == [.wake(at: at(30))])
    }

    @Test("A viewer who comes while the process ends gets the next one, without a pause")
    func viewerWhileStopping() {
        var machine = CameraMachine(isOnDemand: true)
        _ = machine.began(now: at(0))
        _ = machine.viewersChanged(1, now: at(0))
        _ = machine.viewersChanged(0, now: at(1))
        #expect(deeds(machine.timerFired(now: at(11))) == [.stop])
        #expect(deeds(machine.viewersChanged(1, now: at(11.1))).isEmpty)
        #expect(deeds(machine.exited(reason: "was stopped", now: at(11.3), jitter: 0)) == [.start])
    }

    @Test("A process that ends by itself is started again, later and later, up to half a minute")
    func backoff() {
        var machine = CameraMachine(isOnDemand: false)
        _ = machine.began(now: at(0))
        var now = at(0)
        var pauses: [Duration] = []
        for attempt in 1...10 {
            let actions = machine.exited(reason: "ended with status 1", now: now, jitter: 1)
            #expect(told(actions)?.state == .restarting)
            #expect(told(actions)?.restarts == attempt)
            guard case .wake(let time) = deeds(actions).first else {
                Issue.record("no time was set to start it again")
                return
            }
            pauses.append(now.duration(to: time))
            #expect(deeds(machine.timerFired(now: time - .milliseconds(1))).isEmpty)
            #expect(deeds(machine.timerFired(now: time)) == [.start])
            now = time + .seconds(1)
        }
        #expect(pauses.map { $0 / .seconds(1) } == [0.5, 1, 2, 4, 8, 16, 30, 30, 30, 30])
    }

    @Test("Chance halves the pause at most, and a minute without failure shortens it to the first one")
    func jitterAndReset() {
        var machine = CameraMachine(isOnDemand: false)
        _ = machine.began(now: at(0))
        #expect(deeds(machine.exited(reason: "", now: at(1), jitter: 0)) == [.wake(at: at(1.25))])
        _ = machine.timerFired(now: at(1.25))
        #expect(deeds(machine.exited(reason: "", now: at(2), jitter: 0)) == [.wake(at: at(2.5))])
        _ = machine.timerFired(now: at(2.5))
        #expect(deeds(machine.exited(reason: "", now: at(62.5), jitter: 0)) == [.wake(at: at(62.75))])
    }

    @Test("On demand, a pause that ends when nobody watches any more starts nothing")
    func pauseWithoutViewers() {
        var machine = CameraMachine(isOnDemand: true)
        _ = machine.began(now: at(0))
        _ = machine.viewersChanged(1, now: at(0))
        _ = machine.exited(reason: "ended with status 1", now: at(1), jitter: 1)
        _ = machine.viewersChanged(0, now: at(1.1))
        let actions = machine.timerFired(now: at(1.5))
        #expect(deeds(actions).isEmpty)
        #expect(told(actions)?.state == .idle)
    }

    @Test("What a process reports is told with its restarts, and not after its end")
    func reports() throws {
        var machine = CameraMachine(isOnDemand: false)
        _ = machine.began(now: at(0))
        _ = machine.exited(reason: "", now: at(0), jitter: 0)
        let report = try #require(SourceReport(line: "live live: h264 640x360"))
        #expect(machine.reported(report).isEmpty)
        _ = machine.timerFired(now: at(1))
        #expect(
            machine.reported(report)
                == [.tell(SourceStatus(state: .live, reason: "live: h264 640x360", restarts: 1))]
        )
    }

    @Test(
        "However events come, there is one process at most, and one that is wanted is started within the longest pause"
    )
    func anyOrder() {
        var random = SeededGenerator(seed: 42)
        for _ in 0..<300 {
            let isOnDemand = Bool.random(using: &random)
            var machine = CameraMachine(isOnDemand: isOnDemand)
            var now = at(0)
            var processes = 0
            var viewers = 0
            var isStopping = false
            var wakes: [ContinuousClock.Instant] = []
            func carryOut(_ actions: [Action]) {
                for action in actions {
                    switch action {
                    case .start:
                        processes += 1
                        isStopping = false
                    case .stop: isStopping = true
                    case .wake(let time): wakes.append(time)
                    case .tell, .logExit: break
                    }
                }
                #expect((0...1).contains(processes))
            }
            func fire(until limit: ContinuousClock.Instant) {
                while let next = wakes.filter({ $0 <= limit }).min() {
                    wakes.removeAll { $0 == next }
                    now = max(now, next)
                    carryOut(machine.timerFired(now: now))
                }
                now = max(now, limit)
            }
            carryOut(machine.began(now: now))
            for _ in 0..<40 {
                fire(until: now + .milliseconds(Int64.random(in: 0...15_000, using: &random)))
                if Bool.random(using: &random) {
                    viewers = Int.random(in: 0...2, using: &random)
                    carryOut(machine.viewersChanged(viewers, now: now))
                } else if processes == 1 {
                    processes = 0
                    carryOut(machine.exited(reason: "", now: now, jitter: .random(in: 0...1, using: &random)))
                }
            }
            if isStopping, processes == 1 {
                processes = 0
                carryOut(machine.exited(reason: "", now: now, jitter: 0))
            }
            fire(until: now + .seconds(31))
            if isStopping, processes == 1 {
                processes = 0
                carryOut(machine.exited(reason: "", now: now, jitter: 0))
            }
            #expect(processes == (!isOnDemand || viewers > 0 ? 1 : 0))
        }
    }
}

/// The same numbers in every run (SplitMix64).
private struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
