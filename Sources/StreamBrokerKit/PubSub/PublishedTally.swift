import StreamBrokerCore

/// What an event loop tells other threads of its viewers. The loop counts for itself without a lock, and copies here once per frame.
final class PublishedTally: Sendable {
    private let tally = Locked(DeliveryTally())

    var value: DeliveryTally { tally.withLock { $0 } }

    func publish(_ current: DeliveryTally) {
        tally.withLock { $0.copyInPlace(current) }
    }
}
