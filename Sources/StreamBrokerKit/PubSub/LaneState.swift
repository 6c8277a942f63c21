/// What every frame needs of a viewer's lane. A roster keeps those of all its lanes side by side: a frame then goes through its viewers as
/// through one piece of memory, and what lies behind a lane is looked at only when something is special about it.
///
/// As long as a line of the processor's cache, 64 bytes: what a delivery costs besides the system call is the wait for memory.
struct LaneState {
    /// The way for frames that need no decision; `nil` when the viewer must be asked what becomes of the next one.
    var directPath: DirectSocketWriter?
    /// Whether the viewer gets frames with their header.
    let isTagged: Bool
    /// The latest frame that the lane has been offered.
    var lastOrdinal: UInt64 = 0
    /// Up to here frames are no news to a viewer with a direct path.
    var lastSequence: UInt64 = 0
    /// What this viewer was sent, for the list of viewers.
    var figures = ViewerFigures()

    mutating func noteDelivered(byteCount: Int, age: Int64) {
        figures.delivered += 1
        figures.deliveredBytes += UInt64(byteCount)
        figures.lastAge = age
    }
}
