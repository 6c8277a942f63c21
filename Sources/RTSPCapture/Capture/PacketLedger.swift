/// When data arrived, in both of our clocks.
package struct Arrival: Sendable, Hashable {
    package var monotonic: MonotonicTime
    package var unix: Int64

    package init(monotonic: MonotonicTime, unix: Int64) {
        self.monotonic = monotonic
        self.unix = unix
    }

    package static var now: Arrival { Arrival(monotonic: .now, unix: UnixTime.now) }
}

/// Remembers coded pictures by a token while the decoder has them.
///
/// The token goes through the decoder in place of the timestamp, which may be missing, repeated or wrong: so each
/// picture is matched with its own data, and one that the decoder gives out twice is noticed.
package struct PacketLedger: Sendable {
    package struct Entry: Sendable, Hashable {
        /// Presentation timestamp in microseconds.
        package var timestamp: Int64?
        package var arrival: Arrival
    }

    /// More than a decoder ever holds back (16 pictures of reordering).
    private static let capacity: Int64 = 64

    private var entries: [Int64: Entry] = [:]
    package private(set) var lastToken: Int64 = 0

    package init() {}

    /// Enters a coded picture, and gives its token.
    package mutating func enter(timestamp: Int64?, arrival: Arrival) -> Int64 {
        lastToken += 1
        entries[lastToken] = Entry(timestamp: timestamp, arrival: arrival)
        entries[lastToken - PacketLedger.capacity] = nil
        return lastToken
    }

    /// The coded picture `token` has grown.
    package mutating func extend(_ token: Int64, arrival: Arrival) {
        entries[token]?.arrival = arrival
    }

    /// Takes an entry out; nil when it was taken before.
    package mutating func take(_ token: Int64) -> Entry? {
        entries.removeValue(forKey: token)
    }
}
