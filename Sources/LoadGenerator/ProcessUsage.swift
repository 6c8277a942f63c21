import Foundation

/// What a process of this machine has used so far (proc(5)).
struct ProcessUsage: Sendable {
    /// User and system time in µs.
    var cpuMicroseconds: Int64
    /// Resident memory in bytes.
    var residentBytes: Int64

    /// `nil` when there is no such process or no `/proc`.
    init?(processID: Int) {
        guard let cpuTime = Self.cpuTime(of: processID),
            let memory = try? String(contentsOfFile: "/proc/\(processID)/statm", encoding: .utf8)
        else { return nil }
        let fields = memory.split(separator: " ")
        guard fields.count > 1, let pages = Int64(fields[1]) else { return nil }
        cpuMicroseconds = cpuTime
        residentBytes = pages * Int64(sysconf(Int32(_SC_PAGESIZE)))
    }

    /// By the process's own clock (clock_getcpuclockid(3)): `/proc` counts in hundredths of a second, which is several percent of a short
    /// measurement.
    private static func cpuTime(of processID: Int) -> Int64? {
        #if os(Linux)
        var clock = clockid_t()
        var time = timespec()
        guard let process = pid_t(exactly: processID), clock_getcpuclockid(process, &clock) == 0,
            clock_gettime(clock, &time) == 0
        else { return nil }
        return Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1_000
        #else
        return nil
        #endif
    }
}
