package import StreamBrokerKit

/// Decides when a camera's process runs. It starts nothing, waits for nothing and knows no clock.
///
///             a viewer               exited
///     idle ───────────► running ─────────────► pausing
///      ▲                 │   ▲                    │
///      │    nobody for   │   └────── the pause ───┘
///      │    the linger   ▼            is over
///      └──────────── stopping
///
/// A camera that is not on demand is always wanted, and never idle. Every event is answered in every state; what comes late, an exit
/// of a process that is long gone, say, cannot happen: there is one process at a time, and the shell tells its end once.
package struct CameraMachine: ~Copyable {
    package typealias Instant = ContinuousClock.Instant

    /// What the shell must do, in this order.
    package enum Action: Sendable, Hashable {
        /// Start the process; ``exited(reason:now:jitter:)`` follows once.
        case start
        /// Ask the process to end, and see to it that it does.
        case stop
        /// Call ``timerFired(now:)`` at that time.
        case wake(at: Instant)
        /// Tell whoever asks where the camera stands.
        case tell(SourceStatus)
        /// The process ended unasked: a line for the log.
        case logExit(reason: String, restartingIn: Duration)
    }

    private enum State {
        case idle
        case running(since: Instant, idleAt: Instant?)
        case stopping
        case pausing(until: Instant)
    }

    /// How long the last viewer is gone before the camera is let go.
    package static let linger: Duration = .seconds(10)
    /// A process that ran this long clears the record of failures.
    package static let healthyPeriod: Duration = .seconds(60)
    /// The pauses before the process is started again: half of 0.5, 1, 2, 4 … 30 s for certain, the other half by chance.
    package static let backoff = Backoff(initial: .milliseconds(500), maximum: .seconds(30))

    private let isOnDemand: Bool
    private var state = State.idle
    private var viewers = 0
    private var failures = 0
    private var restarts = 0

    package init(isOnDemand: Bool) {
        self.isOnDemand = isOnDemand
    }

    private var isWanted: Bool { !isOnDemand || viewers > 0 }

    /// The camera is kept from now on.
    package mutating func began(now: Instant) -> [Action] {
        isWanted ? start(now: now) : [.tell(idleStatus)]
    }

    /// So many watch now.
    package mutating func viewersChanged(_ count: Int, now: Instant) -> [Action] {
        viewers = count
        switch state {
        case .idle:
            return isWanted ? start(now: now) : []
        case .running(let since, let idleAt):
            guard !isWanted else {
                state = .running(since: since, idleAt: nil)
                return []
            }
            guard idleAt == nil else { return [] }
            state = .running(since: since, idleAt: now + Self.linger)
            return [.wake(at: now + Self.linger)]
        case .stopping, .pausing:
            return []
        }
    }

    /// The process told where its camera stands.
    package func reported(_ report: SourceReport) -> [Action] {
        guard case .running = state else { return [] }
        return [.tell(SourceStatus(state: report.state, reason: report.reason, restarts: restarts))]
    }

    /// The process is gone.
    ///
    /// - Parameter jitter: A random number from 0 to 1.
    package mutating func exited(reason: String, now: Instant, jitter: Double) -> [Action] {
        switch state {
        case .stopping:
            state = .idle
            return isWanted ? start(now: now) : [.tell(idleStatus)]
        case .running(let since, _):
            if since.duration(to: now) >= Self.healthyPeriod { failures = 0 }
            let pause = Self.backoff.delay(attempt: failures, jitter: 0.5 + jitter / 2)
            failures += 1
            restarts += 1
            state = .pausing(until: now + pause)
            return [
                .logExit(reason: reason, restartingIn: pause),
                .tell(SourceStatus(state: .restarting, reason: "its process \(reason)", restarts: restarts)),
                .wake(at: now + pause),
            ]
        case .idle, .pausing:
            return []
        }
    }

    /// The time of a ``Action/wake(at:)`` has come. Early or doubled calls do nothing.
    package mutating func timerFired(now: Instant) -> [Action] {
        switch state {
        case .running(_, let idleAt?) where now >= idleAt:
            state = .stopping
            return [.stop]
        case .pausing(let until) where now >= until:
            state = .idle
            return isWanted ? start(now: now) : [.tell(idleStatus)]
        case .running, .pausing, .idle, .stopping:
            return []
        }
    }

    private mutating func start(now: Instant) -> [Action] {
        // Nobody may have come and gone while an earlier process ended: the linger starts with the next change of viewers.
        state = .running(since: now, idleAt: nil)
        return [
            .tell(SourceStatus(state: .connecting, reason: "the camera's process was started", restarts: restarts)),
            .start,
        ]
    }

    private var idleStatus: SourceStatus {
        SourceStatus(state: .idle, reason: "nobody watches; the camera is captured on demand", restarts: restarts)
    }
}
