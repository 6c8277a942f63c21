/// Tells a capture's threads to end. Once given it stays.
package final class StopSignal: Sendable {
    private let isSet = Monitor(false)

    package init() {}

    package var isStopped: Bool { isSet.withLock { $0 } }

    package func stop() {
        isSet.withLock { $0 = true }
    }

    /// Sleeps on a thread of our own.
    ///
    /// - Returns: false when the signal came before the deadline.
    package func sleep(until deadline: MonotonicTime) -> Bool {
        isSet.wait(until: deadline) { $0 ? true : nil } == nil
    }
}
