/// How long the write of a frame may take before its viewer counts as stalled: it grows with the frame.
package enum WriteBudget {
    /// What any frame has, in µs.
    package static let base: Int64 = 2_000_000
    /// The slowest line that is not called stalled, in bytes per second.
    package static let bytesPerSecond: Int64 = 32_000

    /// The budget of a frame in µs.
    package static func microseconds(forBytes count: Int) -> Int64 {
        base + Int64(count) * 1_000_000 / bytesPerSecond
    }
}
