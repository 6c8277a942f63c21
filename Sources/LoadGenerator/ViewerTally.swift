import Histogram

/// What the viewers of one event loop saw. Lives on that loop.
struct ViewerTally: Sendable {
    var delivered: UInt64 = 0
    var bytes: UInt64 = 0
    var gaps: UInt64 = 0
    var torn: UInt64 = 0
    var outOfOrder: UInt64 = 0
    var disconnects: UInt64 = 0
    /// Ages of frames when fully received, in µs.
    var ages = Histogram<UInt64>(highestTrackableValue: 600_000_000, numberOfSignificantValueDigits: .three)
    /// Frames per viewer, for fairness.
    var perViewer: [UInt64] = []

    /// Jain's index: (Σx)² / (n Σx²).
    var fairness: Double {
        let sum = perViewer.reduce(0.0) { $0 + Double($1) }
        let squares = perViewer.reduce(0.0) { $0 + Double($1) * Double($1) }
        return squares > 0 ? sum * sum / (Double(perViewer.count) * squares) : 1
    }

    mutating func add(_ other: ViewerTally) {
        delivered += other.delivered
        bytes += other.bytes
        gaps += other.gaps
        torn += other.torn
        outOfOrder += other.outOfOrder
        disconnects += other.disconnects
        ages.add(other.ages)
        perViewer += other.perViewer
    }
}
