import StreamBrokerCore

/// One frame on its way straight to the sockets of one loop's viewers.
///
/// The walk goes through the states as through plain memory, and no other code runs in the midst of it: so nothing has to be asked at each
/// access, as for the properties of a class, about whether another one is under way.
struct DirectWalk {
    /// A viewer that needs its lane, after which the walk can go on.
    struct Stop {
        var position: Int
        var outcome: DirectSocketWriter.Outcome
    }

    private let ordinal: UInt64
    private let sequence: UInt64
    private let arrival: Int64
    private let byteCount: Int
    private let source: WireMessage.Source
    private let tagged: Bool

    /// - Parameters:
    ///   - ordinal: That of the frame in its stream.
    ///   - source: The message's bytes, which must stay for as long as the walk is used.
    ///   - tagged: Whether the message has a header, so that it is for those who get frames with their header.
    init(ordinal: UInt64, message: WireMessage, source: WireMessage.Source, tagged: Bool) {
        self.ordinal = ordinal
        self.source = source
        self.tagged = tagged
        sequence = message.sequence
        arrival = message.arrival
        byteCount = message.byteCount
    }

    /// Sends to those of the viewers that have a direct path, from the last to the first; `nil` when it came through.
    func send(to states: Slice<UnsafeMutableBufferPointer<LaneState>>, counting tally: inout DeliveryTally) -> Stop? {
        let viewers = UnsafeMutableBufferPointer(rebasing: states)
        for position in viewers.indices.reversed() {
            // A frame was left out, or is no news: the lane knows what that means.
            guard let path = viewers[position].directPath, viewers[position].isTagged == tagged,
                ordinal == viewers[position].lastOrdinal + 1, sequence > viewers[position].lastSequence
            else { continue }
            viewers[position].lastOrdinal = ordinal
            let outcome = path.send(source, byteCount: byteCount)
            guard case .sent(byteCount) = outcome else { return Stop(position: position, outcome: outcome) }
            let age = SystemClock.steadyTime - arrival
            viewers[position].lastSequence = sequence
            viewers[position].noteDelivered(byteCount: byteCount, age: age)
            tally.noteDelivered(byteCount: byteCount, age: age)
        }
        return nil
    }
}
