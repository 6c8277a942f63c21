#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

extension MonotonicTime {
    /// The present, by `CLOCK_MONOTONIC`.
    package static var now: MonotonicTime { MonotonicTime(microseconds: microsecondsOfClock(CLOCK_MONOTONIC)) }
}

/// The time of day.
package enum UnixTime {
    /// Microseconds since 1970 in UTC, by `CLOCK_REALTIME`.
    package static var now: Int64 { microsecondsOfClock(CLOCK_REALTIME) }
}

private func microsecondsOfClock(_ clock: clockid_t) -> Int64 {
    var time = timespec()
    // Fails for an unknown clock only.
    clock_gettime(clock, &time)
    return Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000
}
