/// How old frames were when they had been handed to a viewer's connection whole, counted in fixed classes.
///
/// The classes are those of a Prometheus histogram: a machine that scrapes many brokers can add them up.
package struct DeliveryAges: Sendable, Hashable {
    /// The upper bounds of the classes, in µs, inclusive; older frames are in one more class.
    package static let upperBounds: [Int64] = [
        1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000, 2_500_000, 5_000_000,
    ]

    /// Frames per class, the one without a bound last.
    package private(set) var counts = [UInt64](repeating: 0, count: Self.upperBounds.count + 1)
    /// The sum of all ages, in µs.
    package private(set) var sum: Int64 = 0

    package init() {}

    /// How many frames were counted.
    package var count: UInt64 { counts.reduce(0, +) }

    package mutating func note(_ age: Int64) {
        sum += age
        // The young classes are the common ones: a search from the front ends soon.
        var index = 0
        while index < Self.upperBounds.count, age > Self.upperBounds[index] { index += 1 }
        counts[index] += 1
    }

    package mutating func add(_ other: DeliveryAges) {
        sum += other.sum
        for index in counts.indices { counts[index] += other.counts[index] }
    }

    /// Takes the other's figures into this value's own storage: what is copied often must not be allocated each time.
    package mutating func copyInPlace(_ other: DeliveryAges) {
        sum = other.sum
        for index in counts.indices { counts[index] = other.counts[index] }
    }
}
