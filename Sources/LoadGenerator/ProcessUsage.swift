import Foundation

/// What a process of this machine has used so far (proc(5)).
struct ProcessUsage: Sendable {
    /// User and system time in µs.
    var cpuMicroseconds: Int64
    /// Resident memory in bytes.
    var residentBytes: Int64

    /// `nil` when there is no such process or no `/proc`.
    init?(processID: Int) {
        guard let stat = try? String(contentsOfFile: "/proc/\(processID)/stat", encoding: .utf8),
            // The command's name stands in parentheses and may hold anything.
            let afterName = stat.lastIndex(of: ")")
        else { return nil }
        let fields = stat[stat.index(after: afterName)...].split(separator: " ")
        guard fields.count > 21, let user = Int64(fields[11]), let system = Int64(fields[12]),
            let pages = Int64(fields[21])
        else { return nil }
        cpuMicroseconds = (user + system) * 1_000_000 / Int64(sysconf(Int32(_SC_CLK_TCK)))
        residentBytes = pages * Int64(sysconf(Int32(_SC_PAGESIZE)))
    }
}
