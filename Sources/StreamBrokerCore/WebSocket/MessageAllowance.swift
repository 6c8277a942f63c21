/// How many messages a client may send: so many per second, and what it saved up in the two seconds before.
package struct MessageAllowance: Sendable {
    /// What a message takes of the allowance.
    package enum Cost: Sendable {
        /// Somebody has to read and answer it.
        case whole
        /// Comes with every frame of every stream, and costs the server next to nothing.
        case acknowledgement

        var amount: Double {
            switch self {
            case .whole: 1
            case .acknowledgement: 1 / 200
            }
        }
    }

    private let perMicrosecond: Double
    private let capacity: Double
    private var saved: Double
    private var countedAt: Int64

    /// - Parameter now: µs of a clock that never steps.
    package init(perSecond: Int, now: Int64) {
        perMicrosecond = Double(perSecond) / 1e6
        capacity = Double(perSecond) * 2
        saved = capacity
        countedAt = now
    }

    /// Takes a message's cost. Answers whether there was enough.
    package mutating func spend(_ cost: Cost, now: Int64) -> Bool {
        saved = min(capacity, saved + Double(max(0, now - countedAt)) * perMicrosecond)
        countedAt = max(countedAt, now)
        guard saved >= cost.amount else { return false }
        saved -= cost.amount
        return true
    }
}
