import Synchronization

/// What became of the frames that were meant for a stream's viewers. Safe from any thread.
final class DeliveryCounters: Sendable {
    let deliveredFrames = Atomic<UInt64>(0)
    let deliveredBytes = Atomic<UInt64>(0)
    /// A newer frame took its place before it was begun.
    let replacedFrames = Atomic<UInt64>(0)
    /// The viewer asked for fewer frames a second.
    let thinnedFrames = Atomic<UInt64>(0)
    /// The viewer left while the frame waited or was being written.
    let cutOffFrames = Atomic<UInt64>(0)
}
