/// Puts pictures on one rising line of microseconds, whatever their source's timestamps do.
///
/// Cameras' timestamps start anywhere, jump by an hour when the clock is set, go back after a reboot, stand still or
/// are missing; a looped file starts over. The line goes on through all of that: it follows the timestamps where they
/// make sense, and elsewhere advances by the time between arrivals (live source) or by the last regular interval
/// (file).
package struct MediaTimeline: Sendable {
    /// How sources differ.
    package enum Source: Sendable {
        /// Pictures arrive when they are made.
        case live
        /// Pictures can be read as fast as we like; `interval` is the file's own one, in microseconds, where it says
        /// so.
        case file(interval: Int64?)
    }

    /// A live timestamp may run ahead of the arrival by this much, as after a stall, before it counts as a jump.
    private static let liveTolerance: Int64 = 2_000_000
    /// A file may stand still this long, as in a slide show.
    private static let fileTolerance: Int64 = 10_000_000

    private let source: Source
    private var last: (position: Int64, timestamp: Int64?, arrival: MonotonicTime)?
    private var interval: Int64

    package init(_ source: Source) {
        self.source = source
        interval = if case .file(let given?) = source, given > 0 { given } else { 40_000 }
    }

    /// The position of the next picture: 0 for the first, always rising.
    ///
    /// - Parameters:
    ///   - timestamp: the source's presentation timestamp in microseconds, or nil.
    ///   - arrival: when it arrived.
    package mutating func place(_ timestamp: Int64?, arrival: MonotonicTime) -> Int64 {
        guard let last else {
            self.last = (0, timestamp, arrival)
            return 0
        }
        let elapsed = max(0, arrival.microseconds - last.arrival.microseconds)
        let position = last.position + step(from: last.timestamp, to: timestamp, elapsed: elapsed)
        self.last = (position, timestamp, arrival)
        return position
    }

    private mutating func step(from earlier: Int64?, to later: Int64?, elapsed: Int64) -> Int64 {
        let tolerance: Int64
        let otherwise: Int64
        switch source {
        case .live: (tolerance, otherwise) = (elapsed + MediaTimeline.liveTolerance, max(1, elapsed))
        case .file: (tolerance, otherwise) = (MediaTimeline.fileTolerance, interval)
        }
        guard let earlier, let later else { return otherwise }
        let (difference, overflow) = later.subtractingReportingOverflow(earlier)
        guard !overflow, difference > 0, difference <= tolerance else { return otherwise }
        interval = difference
        return difference
    }
}
