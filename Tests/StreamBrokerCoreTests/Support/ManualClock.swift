import StreamBrokerCore

/// A clock that moves only when told to.
final class ManualClock: Sendable {
    private let time = Locked(UnixMicroseconds(1_700_000_000_000_000))

    var now: UnixMicroseconds { time.withLock { $0 } }

    func advance(by duration: Duration) {
        time.withLock { $0.rawValue += duration.wholeMicroseconds }
    }
}
