import StreamBrokerCore
import Synchronization

/// How many viewers were closed because they were found to be gone, by the sign of it.
final class ViewerLosses: Sendable {
    private let withoutAcknowledgement = Atomic<UInt64>(0)
    private let withoutPong = Atomic<UInt64>(0)

    func note(_ sign: PeerLiveness.DeathSign) {
        switch sign {
        case .noAcknowledgement: withoutAcknowledgement.add(1, ordering: .relaxed)
        case .noPong: withoutPong.add(1, ordering: .relaxed)
        }
    }

    /// By the sign's name as a label on a metric.
    var counts: [(label: String, count: UInt64)] {
        [
            ("no_tcp_answer", withoutAcknowledgement.load(ordering: .relaxed)),
            ("no_pong", withoutPong.load(ordering: .relaxed)),
        ]
    }
}
