import SeededRandom
import StreamBrokerCore
import Testing

@Suite struct CostTrialTests {
    /// Takes so many turns at these costs, each off by up to a third, and answers how often each way was taken.
    private func take(
        _ turns: Int,
        of trial: inout CostTrial,
        latest: inout CostTrial.LatestCost,
        first: Double,
        second: Double,
        random: inout SeededRandom
    ) -> (first: Int, second: Int) {
        var taken = (first: 0, second: 0)
        for _ in 0..<turns {
            let turn = trial.next()
            let noise = Double.random(in: 0.67...1.33, using: &random)
            trial.note(turn, cost: (turn.way == .first ? first : second) * noise, latest: &latest)
            if turn.way == .first { taken.first += 1 } else { taken.second += 1 }
        }
        return taken
    }

    @Test(arguments: 1...20)
    func theCheaperWayIsTakenAndTheOtherTriedOnceInAWhile(seed: UInt64) {
        for (first, second) in [(1.0, 1.6), (1.6, 1.0)] {
            var random = SeededRandom(seed: seed)
            var (trial, latest) = (CostTrial(), CostTrial.LatestCost())
            _ = take(
                CostTrial.openingTurns,
                of: &trial,
                latest: &latest,
                first: first,
                second: second,
                random: &random
            )
            #expect(trial.preferred == (first < second ? .first : .second))
            let taken = take(6_400, of: &trial, latest: &latest, first: first, second: second, random: &random)
            // One in 64, and one more after each that spoke for the dearer way by accident.
            #expect(100...128 ~= min(taken.first, taken.second))
            #expect(trial.preferred == (first < second ? .first : .second))
        }
    }

    @Test func bothAreTriedBeforeOneIsPreferred() {
        var trial = CostTrial()
        let turns = (0..<CostTrial.openingTurns).map { _ in trial.next() }
        #expect(turns.count { $0.way == .first } == CostTrial.openingTurns / 2)
    }

    @Test func whatNobodyComparesIsNotMeasured() {
        var trial = CostTrial()
        let turns = (0..<500).map { _ in trial.next() }
        for number in CostTrial.openingTurns..<499 {
            let isOnItsOwn = turns[number - 1].way == turns[number].way && turns[number].way == turns[number + 1].way
            #expect(turns[number].isCompared != isOnItsOwn)
        }
        #expect(turns.dropFirst(CostTrial.openingTurns).count(where: \.isCompared) == 1 + 3 * 7)
    }

    /// The first frames of a stream cost up to twice as much as later ones, and a machine that others use has slow seconds.
    @Test(arguments: [1.0 / 1.2, 1.2])
    func whatChangesForBothWaysChangesNothing(ratio: Double) {
        var (trial, latest) = (CostTrial(), CostTrial.LatestCost())
        var load = 3.0
        for number in 0..<2_000 {
            load = number < 16 ? load * 0.93 : (number / 100).isMultiple(of: 2) ? 1 : 2
            let turn = trial.next()
            trial.note(turn, cost: load * (turn.way == .first ? 1 : ratio), latest: &latest)
            if number >= CostTrial.openingTurns { #expect(trial.preferred == (ratio > 1 ? .first : .second)) }
        }
    }

    @Test(arguments: 1...20)
    func whatBecomesDearerIsLeftWithinAHundredTurns(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        var (trial, latest) = (CostTrial(), CostTrial.LatestCost())
        _ = take(1_000, of: &trial, latest: &latest, first: 1, second: 1.6, random: &random)
        #expect(trial.preferred == .first)
        _ = take(110, of: &trial, latest: &latest, first: 3, second: 1.6, random: &random)
        #expect(trial.preferred == .second)
    }

    @Test func severalWhoDoTheSameTurnsAreComparedEachWithItself() {
        var trial = CostTrial()
        var (quick, slow) = (CostTrial.LatestCost(), CostTrial.LatestCost())
        for number in 0..<200 {
            let turn = trial.next()
            let factor = turn.way == .first ? 1.5 : 1
            trial.note(turn, cost: factor, latest: &quick)
            // Takes part now and then, at ten times the cost.
            if number.isMultiple(of: 3) { trial.note(turn, cost: 10 * factor, latest: &slow) }
        }
        #expect(trial.preferred == .second)
    }

    @Test func costsThatComeLateOrNeverHarmNothing() {
        var (trial, latest) = (CostTrial(), CostTrial.LatestCost())
        let turns = (0..<1_000).map { _ in trial.next() }
        #expect(turns.count { $0.way == .second } < 30)
        // The first way at ten times the cost, but not in the turn right before; and right before, but at no cost.
        trial.note(turns[998], cost: 10, latest: &latest)
        trial.note(turns[3], cost: 1, latest: &latest)
        trial.note(turns[2], cost: 0, latest: &latest)
        trial.note(turns[3], cost: 0, latest: &latest)
        #expect(trial.preferred == .first)
        trial.note(turns[2], cost: 10, latest: &latest)
        trial.note(turns[3], cost: 1, latest: &latest)
        #expect(trial.preferred == .second)
    }
}
