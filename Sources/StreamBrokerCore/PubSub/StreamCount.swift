import Synchronization

/// How many streams are active, kept apart from the registry's locks.
final class StreamCount: Sendable {
    private let count = Atomic<Int>(0)

    var value: Int { count.load(ordering: .relaxed) }

    /// Takes a place if there is one.
    func reserve(limit: Int) -> Bool {
        var current = count.load(ordering: .relaxed)
        while current < limit {
            let (exchanged, original) = count.compareExchange(
                expected: current,
                desired: current + 1,
                ordering: .relaxed
            )
            if exchanged { return true }
            current = original
        }
        return false
    }

    func reserveAlways() { count.add(1, ordering: .relaxed) }

    func release() { count.subtract(1, ordering: .relaxed) }
}
