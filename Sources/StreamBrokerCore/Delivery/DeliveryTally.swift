/// What became of the frames that were meant for viewers. For each viewer, a frame is in exactly one of the first four.
package struct DeliveryTally: Sendable, Hashable {
    /// Handed whole to the viewer's connection.
    package var delivered: UInt64 = 0
    /// A newer frame took its place before it was begun.
    package var replaced: UInt64 = 0
    /// The viewer asked for fewer frames a second.
    package var thinned: UInt64 = 0
    /// The viewer left while the frame waited or was being written.
    package var cutOff: UInt64 = 0
    /// Bytes of delivered frames, with what precedes them on the wire.
    package var deliveredBytes: UInt64 = 0
    /// How old delivered frames were.
    package var ages = DeliveryAges()
    /// How many viewers have a frame on the way for longer than its ``WriteBudget`` now.
    package var stalledViewers = 0

    package init() {}

    /// Counts a frame that was handed whole to a connection. The age is in µs.
    package mutating func noteDelivered(byteCount: Int, age: Int64) {
        delivered += 1
        deliveredBytes += UInt64(byteCount)
        ages.note(age)
    }

    package mutating func add(_ other: DeliveryTally) {
        delivered += other.delivered
        replaced += other.replaced
        thinned += other.thinned
        cutOff += other.cutOff
        deliveredBytes += other.deliveredBytes
        ages.add(other.ages)
        stalledViewers += other.stalledViewers
    }

    /// Takes the other's figures into this value's own storage.
    package mutating func copyInPlace(_ other: DeliveryTally) {
        delivered = other.delivered
        replaced = other.replaced
        thinned = other.thinned
        cutOff = other.cutOff
        deliveredBytes = other.deliveredBytes
        ages.copyInPlace(other.ages)
        stalledViewers = other.stalledViewers
    }
}
