/// The outer loop's decisions: when to connect again, when to give up, and what is news.
///
///     connecting ──wentLive──► live
///        │  ▲                   │
///     failed │ delay over      failed
///        ▼  │                   ▼
///       waiting ◄──────────────┘            each: ──► ended
///
/// Time and randomness come in as arguments. Calling an event in a state that has no use for it is a mistake of ours
/// and traps in debug builds.
package struct ReconnectMachine: ~Copyable {
    /// What to do after a failure.
    package enum Decision: Sendable {
        /// Connect again after a while; `isNews` when a person has not been told of this failure.
        case retry(after: Duration, isNews: Bool)
        /// Give up.
        case end
    }

    private enum State {
        case connecting
        case live(since: MonotonicTime)
        case waiting
        case ended
    }

    /// A connection that held this long clears the record of failures.
    package static let healthyPeriod: Duration = .seconds(10)
    /// A refused login is not tried again sooner: cameras lock out those who guess.
    package static let loginInterval: Duration = .seconds(30)

    private let policy: RetryPolicy
    private var backoff: Backoff
    private var state: State = .connecting
    private var wasLive = false
    /// What a person has been told since it was last live.
    private var reported: CaptureError.Code?
    /// Attempts that failed since it was last live.
    package private(set) var failures = 0

    package init(policy: RetryPolicy, backoff: Backoff) {
        self.policy = policy
        self.backoff = backoff
    }

    /// The delay is over.
    package mutating func connectionBegan() {
        switch state {
        case .waiting, .connecting: state = .connecting
        case .live, .ended: assertionFailure("a connection began in state \(state)")
        }
    }

    /// The first picture of a connection came.
    ///
    /// - Returns: how many attempts had failed before.
    package mutating func wentLive(at now: MonotonicTime) -> Int {
        guard case .connecting = state else {
            assertionFailure("went live in state \(state)")
            return 0
        }
        state = .live(since: now)
        wasLive = true
        reported = nil
        defer { failures = 0 }
        return failures
    }

    /// The connection is opened again at once, in another way: no failure, and no news of one.
    package mutating func connectionReplaced() {
        state = .connecting
    }

    /// The attempt or the connection failed.
    package mutating func failed(_ error: CaptureError, at now: MonotonicTime, random: Double) -> Decision {
        if case .live(let since) = state, since.duration(to: now) >= ReconnectMachine.healthyPeriod { backoff.reset() }
        failures += 1
        if error.isPermanent && (policy == .end || (policy == .endAtStart && !wasLive)) {
            state = .ended
            return .end
        }
        state = .waiting
        var delay = backoff.nextDelay(random: random)
        if error.code == .unauthorized { delay = max(delay, ReconnectMachine.loginInterval) }
        defer { reported = error.code }
        return .retry(after: delay, isNews: reported != error.code)
    }
}
