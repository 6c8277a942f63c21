import Synchronization

/// How many frames the broker has accepted from all publishers of a run, readable while they publish.
final class PublishedCount: Sendable {
    private let count = Atomic<UInt64>(0)

    var value: UInt64 { count.load(ordering: .relaxed) }

    func increment() { count.add(1, ordering: .relaxed) }
}
