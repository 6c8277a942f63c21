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
    /// An outage is this short more often than not: a cable, a camera that starts its stream anew.
    package static let shortOutage: Duration = .seconds(5)
    /// No delay is longer than this during an outage that is still short, so that a picture comes soon after its end.
    package static let shortOutageLimit: Duration = .milliseconds(500)

    private let policy: RetryPolicy
    private var backoff: Backoff
    private var state: State = .connecting
    private var wasLive = false
    /// When the attempt began, and when the outage that it is to end.
    private var attemptBegan: MonotonicTime?
    private var outageBegan: MonotonicTime?
    /// What a person has been told since it was last live.
    private var reported: Set<CaptureError.Code> = []
    /// Attempts that failed since it was last live.
    package private(set) var failures = 0

    package init(policy: RetryPolicy, backoff: Backoff) {
        self.policy = policy
        self.backoff = backoff
    }

    /// The delay is over.
    package mutating func connectionBegan(at now: MonotonicTime) {
        attemptBegan = now
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
        reported = []
        outageBegan = nil
        defer { failures = 0 }
        return failures
    }

    /// The connection is opened again at once, in another way: no failure, and no news of one.
    package mutating func connectionReplaced() {
        state = .connecting
    }

    /// The attempt or the connection failed.
    ///
    /// A delay counts from the beginning of an attempt: one that waited in vain for an answer has waited already.
    package mutating func failed(_ error: CaptureError, at now: MonotonicTime, random: Double) -> Decision {
        var waited = Duration.zero
        switch state {
        case .live(let since): if since.duration(to: now) >= ReconnectMachine.healthyPeriod { backoff.reset() }
        case .connecting, .waiting, .ended: waited = attemptBegan?.duration(to: now) ?? .zero
        }
        let outage = outageBegan ?? now
        outageBegan = outage
        failures += 1
        if error.isPermanent && (policy == .end || (policy == .endAtStart && !wasLive)) {
            state = .ended
            return .end
        }
        state = .waiting
        let ceiling = backoff.ceiling
        var delay = backoff.nextDelay(random: random)
        if outage.duration(to: now) < ReconnectMachine.shortOutage {
            delay = min(ceiling, ReconnectMachine.shortOutageLimit) * random
        }
        delay = max(.zero, delay - waited)
        if error.code == .unauthorized { delay = max(delay, ReconnectMachine.loginInterval) }
        return .retry(after: delay, isNews: reported.insert(error.code).inserted)
    }
}
