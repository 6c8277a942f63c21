/// A moment as whole microseconds since 1970-01-01T00:00:00Z, the only form of time on the wire.
public struct UnixMicroseconds: Hashable, Comparable, Sendable {
    /// Microseconds since the Unix epoch.
    public var rawValue: Int64

    /// Makes a moment from microseconds since the Unix epoch.
    public init(_ rawValue: Int64) {
        self.rawValue = rawValue
    }

    /// Whether `left` is the earlier moment.
    public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }

    /// Microseconds from `earlier` to this moment; negative when `earlier` is later. Saturates instead of overflowing.
    public func microseconds(since earlier: Self) -> Int64 {
        let (difference, overflow) = rawValue.subtractingReportingOverflow(earlier.rawValue)
        return overflow ? (rawValue < 0 ? .min : .max) : difference
    }
}
