#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// The time of day.
enum UnixTime {
    /// Microseconds since 1970 (`clock_gettime`).
    static var microseconds: Int64 {
        var now = timespec()
        // Cannot fail for this clock.
        clock_gettime(CLOCK_REALTIME, &now)
        return Int64(now.tv_sec) * 1_000_000 + Int64(now.tv_nsec) / 1000
    }
}
