import Synchronization

/// Tells a capture's threads to end. Once given it stays.
package final class StopSignal: Sendable {
    private let isSet = Atomic<Bool>(false)
    private let wakeUp = Monitor(false)

    package init() {}

    package var isStopped: Bool { isSet.load(ordering: .acquiring) }

    package func stop() {
        isSet.store(true, ordering: .releasing)
        wakeUp.withLock { $0 = true }
    }

    /// Sleeps on a thread of our own.
    ///
    /// - Returns: false when the signal came before the deadline.
    package func sleep(until deadline: MonotonicTime) -> Bool {
        wakeUp.wait(until: deadline) { $0 ? true : nil } == nil
    }
}
