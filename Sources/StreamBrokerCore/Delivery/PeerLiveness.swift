/// Decides whether a viewer's peer is still there. A pure value: time, what was heard, and what TCP knows come in.
///
/// A peer that is gone and one that only does not read look alike to a writer: neither takes anything. TCP can tell them apart, since
/// the machine of a stalled reader still answers window probes. So a viewer that is alive and stalled is kept, and one whose machine
/// has not answered what it had to answer for ``Limits/answerTimeout`` is given up. Behind a proxy TCP vouches for the proxy only; there
/// WebSocket's own ping finds the viewer out.
package struct PeerLiveness: Sendable {
    /// All in µs.
    package struct Limits: Sendable, Hashable {
        /// How long a silent peer is left alone before it is pinged.
        package var pingInterval: Int64 = 20_000_000
        /// How long a peer may take to answer a ping.
        package var pingTimeout: Int64 = 10_000_000
        /// How long the peer's machine may leave segments or probes unanswered.
        package var answerTimeout: Int64 = 10_000_000

        package init() {}
    }

    /// What the system's TCP knows of a connection.
    package struct TransportState: Sendable, Hashable {
        /// Whether segments or window probes are on their way that the peer's machine has to answer.
        package var awaitsAnswer: Bool
        /// Since anything was acknowledged, in µs.
        package var sinceLastAcknowledgement: Int64

        package init(awaitsAnswer: Bool, sinceLastAcknowledgement: Int64) {
            self.awaitsAnswer = awaitsAnswer
            self.sinceLastAcknowledgement = sinceLastAcknowledgement
        }
    }

    package enum Verdict: Hashable, Sendable {
        case alive
        /// Send a ping.
        case ping
        case dead(DeathSign)
    }

    /// How a peer was found to be gone.
    package enum DeathSign: Hashable, Sendable {
        /// Its machine left TCP without an answer.
        case noAcknowledgement
        /// It left a ping without an answer.
        case noPong
    }

    private let limits: Limits
    private var lastHeard: Int64
    private var pingedAt: Int64?

    package init(limits: Limits, now: Int64) {
        self.limits = limits
        lastHeard = now
    }

    /// The peer sent something, whatever it was.
    package mutating func heard(now: Int64) {
        lastHeard = now
        pingedAt = nil
    }

    /// Call every few seconds.
    ///
    /// - Parameters:
    ///   - isWriting: Whether something is on its way to the peer, so that a ping would be stuck behind it.
    ///   - transport: `nil` where the system does not tell.
    package mutating func check(now: Int64, isWriting: Bool, transport: TransportState?) -> Verdict {
        if let transport, transport.awaitsAnswer, transport.sinceLastAcknowledgement >= limits.answerTimeout {
            return .dead(.noAcknowledgement)
        }
        // While frames are stuck in a full socket, a ping is stuck with them: no answer then means nothing.
        guard !isWriting else { return .alive }
        if let pingedAt { return now - pingedAt >= limits.pingTimeout ? .dead(.noPong) : .alive }
        guard now - lastHeard >= limits.pingInterval else { return .alive }
        pingedAt = now
        return .ping
    }
}
