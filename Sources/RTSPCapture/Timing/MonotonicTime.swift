/// A moment on a clock that never jumps, in microseconds since some start.
package struct MonotonicTime: Hashable, Comparable, Sendable {
    package var microseconds: Int64

    package init(microseconds: Int64) {
        self.microseconds = microseconds
    }

    package static func < (left: MonotonicTime, right: MonotonicTime) -> Bool {
        left.microseconds < right.microseconds
    }

    package static func + (time: MonotonicTime, duration: Duration) -> MonotonicTime {
        MonotonicTime(microseconds: time.microseconds &+ duration.microseconds)
    }

    package func duration(to later: MonotonicTime) -> Duration {
        .microseconds(later.microseconds - microseconds)
    }
}

extension Duration {
    /// Whole microseconds.
    package var microseconds: Int64 {
        components.seconds * 1_000_000 + components.attoseconds / 1_000_000_000_000
    }
}
