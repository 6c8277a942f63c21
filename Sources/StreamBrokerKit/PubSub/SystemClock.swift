package import StreamBrokerCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// The machine's clocks.
package enum SystemClock {
    /// Microseconds since the Unix epoch; steps when the machine's clock is set.
    package static var unixTime: UnixMicroseconds { UnixMicroseconds(read(CLOCK_REALTIME)) }

    /// Microseconds of a clock that never steps; only differences mean anything.
    package static var steadyTime: Int64 { read(CLOCK_MONOTONIC) }

    /// What this thread has had of the processor, in nanoseconds, the kernel's work for it included.
    package static var threadCPUTime: Int64 {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }

    private static func read(_ clock: clockid_t) -> Int64 {
        var time = timespec()
        clock_gettime(clock, &time)
        return Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1_000
    }
}
