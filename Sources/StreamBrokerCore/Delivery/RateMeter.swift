/// Events and bytes per second over the last few seconds, in one-second buckets. Time is an argument.
package struct RateMeter: Sendable {
    private static let bucketCount = 5

    private var counts = [Int](repeating: 0, count: bucketCount)
    private var bytes = [Int](repeating: 0, count: bucketCount)
    private var currentSecond: Int64 = .min
    private var firstSecond: Int64 = .min

    package init() {}

    /// Notes one event of a size. `now` is in µs.
    package mutating func note(bytes size: Int, at now: Int64) {
        advance(to: now)
        let bucket = Self.bucket(currentSecond)
        counts[bucket] += 1
        bytes[bucket] += size
    }

    /// The rates over the whole seconds before `now`, at most four of them; over the current one while there is no other.
    package mutating func rates(at now: Int64) -> (perSecond: Double, bytesPerSecond: Double) {
        guard firstSecond != .min else { return (0, 0) }
        advance(to: now)
        let current = Self.bucket(currentSecond)
        let wholeSeconds = min(Int64(Self.bucketCount - 1), currentSecond - firstSecond)
        guard wholeSeconds > 0 else { return (Double(counts[current]), Double(bytes[current])) }
        let totalCount = counts.reduce(0, +) - counts[current]
        let totalBytes = bytes.reduce(0, +) - bytes[current]
        return (Double(totalCount) / Double(wholeSeconds), Double(totalBytes) / Double(wholeSeconds))
    }

    private mutating func advance(to now: Int64) {
        let second = now / 1_000_000
        if firstSecond == .min {
            firstSecond = second
            currentSecond = second
        }
        // A clock set back must not freeze the meter.
        if second < currentSecond || second - currentSecond >= Int64(Self.bucketCount) {
            counts = [Int](repeating: 0, count: Self.bucketCount)
            bytes = counts
            if second < currentSecond { firstSecond = second }
            currentSecond = second
        }
        while currentSecond < second {
            currentSecond += 1
            counts[Self.bucket(currentSecond)] = 0
            bytes[Self.bucket(currentSecond)] = 0
        }
    }

    private static func bucket(_ second: Int64) -> Int { Int(second.magnitude % UInt64(bucketCount)) }
}
