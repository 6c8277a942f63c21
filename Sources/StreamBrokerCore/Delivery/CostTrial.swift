/// Finds out which of two ways to do the same work is cheaper here and now, and keeps to it.
///
/// Both are tried in turn at first. Then the cheaper one is taken, and the other one tried once in a while, for what it costs may change.
package struct CostTrial: Sendable {
    package enum Way: Hashable, Sendable {
        case first, second

        fileprivate var other: Way { self == .first ? .second : .first }
    }

    /// How many times each way is taken before one is preferred.
    package static let trialsOfEach = 8
    /// How often the way that is not preferred is tried again: once in so many.
    package static let retrialInterval = 64
    /// How much cheaper the other way must be to be preferred: costs are noisy.
    private static let margin = 0.95
    /// How much a new cost counts beside those before.
    private static let weight = 0.125

    private var costs: [Way: Double] = [:]
    private var turn = 0
    /// The way that is taken unless the other one is tried.
    package private(set) var preferred = Way.first

    package init() {}

    /// The way to take next.
    package mutating func next() -> Way {
        turn += 1
        if turn <= 2 * Self.trialsOfEach { return turn.isMultiple(of: 2) ? .second : .first }
        return turn.isMultiple(of: Self.retrialInterval) ? preferred.other : preferred
    }

    /// Takes note of what a way cost, in any unit.
    package mutating func note(_ way: Way, cost: Double) {
        let known = costs[way] ?? cost
        costs[way] = known + Self.weight * (cost - known)
        guard turn >= 2 * Self.trialsOfEach, let current = costs[preferred], let other = costs[preferred.other],
            other < Self.margin * current
        else { return }
        preferred = preferred.other
    }
}
