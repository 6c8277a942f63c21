import Foundation

/// What a run of the load generator found.
public struct LoadReport: Sendable, Codable {
    /// Ages of frames when fully received, in milliseconds.
    public struct Ages: Sendable, Codable {
        /// Half of the frames were not older than this.
        public var p50: Double
        /// 90 of 100 frames were not older than this.
        public var p90: Double
        /// 99 of 100 frames were not older than this.
        public var p99: Double
        /// The oldest frame.
        public var max: Double
    }

    /// What one kind of viewers saw.
    public struct Viewers: Sendable, Codable {
        /// How many there were at the end.
        public var count: Int
        /// Frames received whole.
        public var delivered: UInt64
        /// Frames per second, all viewers together.
        public var deliveredPerSecond: Double
        /// Megabytes per second, all viewers together.
        public var megabytesPerSecond: Double
        /// Delivered, of published × viewers.
        public var ratio: Double
        /// Sequence numbers that were passed over.
        public var gaps: UInt64
        /// Frames with another frame's end.
        public var torn: UInt64
        /// Frames not newer than one before.
        public var outOfOrder: UInt64
        /// Connections that the broker ended.
        public var disconnects: UInt64
        /// How old frames were.
        public var ageMilliseconds: Ages
        /// The fewest and the most frames that one viewer got.
        public var fewestPerViewer: UInt64
        /// The most frames that one viewer got.
        public var mostPerViewer: UInt64
        /// Jain's index over the frames per viewer: 1 when all got the same, 1/n when one got all.
        public var fairness: Double
    }

    /// What was asked for.
    public var configuration: LoadConfiguration
    /// How long was measured.
    public var seconds: Double
    /// Frames published while measuring, all streams together.
    public var published: UInt64
    /// The viewers that read as fast as they can.
    public var healthy: Viewers
    /// The viewers that read slowly.
    public var slow: Viewers?
    /// CPU µs of the broker's process per delivered frame, when its process id was given.
    public var cpuMicrosecondsPerFrame: Double?
    /// Resident memory of the broker's process at the end, in bytes.
    public var residentBytes: Int64?
    /// Resident memory of the broker's process when measuring began.
    public var residentBytesAtStart: Int64?
    /// Resident memory of the broker's process before anybody joined.
    public var residentBytesBeforeJoining: Int64?
    /// The most resident memory of the broker's process while measuring, looked at once a second.
    public var residentBytesAtMost: Int64?

    /// Resident memory per viewer: what joining and the load added, by all that joined.
    public var residentBytesPerViewer: Int64? {
        let joined = configuration.viewers + configuration.slowViewers + configuration.stalledViewers
        guard let residentBytesAtMost, let residentBytesBeforeJoining, joined > 0 else { return nil }
        return (residentBytesAtMost - residentBytesBeforeJoining) / Int64(joined)
    }

    /// The report as JSON, keys sorted.
    public var json: String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
        encoder.keyEncodingStrategy = .convertToSnakeCase
        // Every number in it is finite: divisions are guarded where they are made.
        return (try? encoder.encode(self)).map { String(decoding: $0, as: UTF8.self) } ?? "{}"
    }

    /// The report for people.
    public var text: String {
        var lines = [
            "published  \(published) frames of \(configuration.frameBytes) B in \(format(seconds)) s",
            line("viewers", healthy),
        ]
        if let slow { lines.append(line("slow", slow)) }
        if let cpuMicrosecondsPerFrame {
            lines.append("broker CPU \(format(cpuMicrosecondsPerFrame)) µs per delivered frame")
        }
        if let residentBytes, let residentBytesAtStart, let residentBytesBeforeJoining, let residentBytesAtMost,
            let residentBytesPerViewer
        {
            func megabytes(_ bytes: Int64) -> String { format(Double(bytes) / 1e6) }
            lines.append(
                """
                broker RSS \(megabytes(residentBytesBeforeJoining)) MB before joining, \(megabytes(residentBytesAtStart)) at the start, \
                \(megabytes(residentBytes)) at the end, \(megabytes(residentBytesAtMost)) at most: \
                \(format(Double(residentBytesPerViewer) / 1e3)) KB per viewer
                """
            )
        }
        return lines.joined(separator: "\n")
    }

    private func line(_ name: String, _ viewers: Viewers) -> String {
        let ages = viewers.ageMilliseconds
        return """
            \(name.padding(toLength: 10, withPad: " ", startingAt: 0)) \(viewers.count): \
            \(format(viewers.deliveredPerSecond)) frames/s, \(format(viewers.megabytesPerSecond)) MB/s, \
            \(format(viewers.ratio * 100)) % of all; \
            age p50 \(format(ages.p50)) p90 \(format(ages.p90)) p99 \(format(ages.p99)) max \(format(ages.max)) ms; \
            per viewer \(viewers.fewestPerViewer) to \(viewers.mostPerViewer) (fairness \(String(format: "%.4f", viewers.fairness))); \
            gaps \(viewers.gaps), torn \(viewers.torn), out of order \(viewers.outOfOrder), cut \(viewers.disconnects)
            """
    }

    private func format(_ value: Double) -> String { String(format: "%.2f", value) }
}
