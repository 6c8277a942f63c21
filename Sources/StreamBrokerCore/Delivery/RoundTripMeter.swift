/// Measures how long a message and its answer are under way to a viewer, by pings over a free line.
///
/// TCP knows a round trip too, but only as far as the next proxy. All times are in µs of one steady clock.
package struct RoundTripMeter: Sendable {
    /// How often the way is measured anew.
    package static let interval: Int64 = 20_000_000
    /// The first measurement alone is not relied on for long.
    package static let firstInterval: Int64 = 1_000_000

    private var pingedAt: Int64?
    private var nextDue: Int64 = .min
    private var hasPinged = false
    private var last: Int64 = .max
    /// The shorter of the last two measurements: an answer is late more easily than early.
    package private(set) var roundTrip: Int64 = 0

    package init() {}

    package func isDue(at now: Int64) -> Bool { now >= nextDue }

    /// Answers the payload of the ping to send now.
    package mutating func ping(at now: Int64) -> [UInt8] {
        pingedAt = now
        // Not before it is answered: a client that answers no ping is not to be asked every second.
        nextDue = now + (hasPinged ? Self.interval : Self.firstInterval)
        hasPinged = true
        return Self.payload(now)
    }

    /// A pong came. Answers whether it was to the last ping of this kind.
    package mutating func answered(_ payload: [UInt8], at now: Int64) -> Bool {
        guard let pingedAt, payload == Self.payload(pingedAt) else { return false }
        self.pingedAt = nil
        let measured = max(0, now - pingedAt)
        roundTrip = min(measured, last)
        last = measured
        return true
    }

    private static func payload(_ time: Int64) -> [UInt8] {
        stride(from: 56, through: 0, by: -8).map { UInt8(truncatingIfNeeded: time >> Int64($0)) }
    }
}
