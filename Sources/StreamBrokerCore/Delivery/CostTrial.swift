/// Finds out which of two ways to do the same work is cheaper here and now, and keeps to it.
///
/// A turn is only ever compared with the one right before it, by whoever did both: what the machine is busy with besides changes what
/// a turn costs by more than the ways differ, but seldom from one turn to the next. Both ways are taken in turn at first. Then the cheaper one
/// is taken, and the other one tried once in a while, for what is cheaper may change.
package struct CostTrial: Sendable {
    package enum Way: Hashable, Sendable {
        case first, second

        fileprivate var other: Way { self == .first ? .second : .first }
    }

    /// One piece of work, and the way to do it.
    package struct Turn: Hashable, Sendable {
        fileprivate var number: Int
        package var way: Way
        /// Whether anybody asks what it costs.
        package var isCompared: Bool
    }

    /// What the latest turn cost one of those who do the work.
    package struct LatestCost: Sendable {
        private var latest: (turn: Turn, cost: Double)?

        package init() {}

        /// What the second way costs, the first one's cost being 1, if this turn and the one before tell.
        fileprivate mutating func ratio(_ turn: Turn, cost: Double) -> Double? {
            defer { latest = (turn, cost) }
            guard let latest, latest.turn.number == turn.number - 1, latest.turn.way != turn.way, cost > 0,
                latest.cost > 0
            else { return nil }
            return turn.way == .second ? cost / latest.cost : latest.cost / cost
        }
    }

    /// How many turns go by before one way is preferred.
    package static let openingTurns = 16
    /// How many turns lie between two trials of the way that is not preferred.
    package static let trialInterval = 64
    /// The same after a trial that spoke for the other way.
    package static let doubtInterval = 4
    /// How much cheaper the other way must be.
    private static let margin = 0.95
    /// How many comparisons count.
    private static let memory = 15

    private var ratios: [Double] = []
    private var turn = 0
    private var latestTrial = Self.openingTurns
    private var nextTrial = Self.openingTurns + Self.trialInterval
    /// The way that is taken unless the other one is tried.
    package private(set) var preferred = Way.first

    package init() {}

    /// The way to take next.
    package mutating func next() -> Turn {
        turn += 1
        if turn <= Self.openingTurns {
            return Turn(number: turn, way: turn.isMultiple(of: 2) ? .second : .first, isCompared: true)
        }
        if turn >= nextTrial {
            latestTrial = turn
            nextTrial = turn + Self.trialInterval
            return Turn(number: turn, way: preferred.other, isCompared: true)
        }
        return Turn(number: turn, way: preferred, isCompared: turn == nextTrial - 1 || turn == latestTrial + 1)
    }

    /// Takes note of what a turn cost, in any unit.
    ///
    /// - Parameter latest: Of whoever did the work.
    package mutating func note(_ done: Turn, cost: Double, latest: inout LatestCost) {
        guard let ratio = latest.ratio(done, cost: cost) else { return }
        if ratios.count == Self.memory { ratios.removeFirst() }
        ratios.append(ratio)
        guard turn >= Self.openingTurns else { return }
        if Self.favours(preferred.other, ratio) { nextTrial = min(nextTrial, turn + Self.doubtInterval) }
        let median = ratios.sorted()[ratios.count / 2]
        if Self.favours(preferred.other, median) { preferred = preferred.other }
    }

    private static func favours(_ way: Way, _ ratio: Double) -> Bool {
        way == .second ? ratio < margin : ratio > 1 / margin
    }
}
