import StreamBrokerCore
import Testing

@Suite struct CostTrialTests {
    /// Takes so many turns at these costs, each off by up to a third, and answers how often each way was taken.
    private func take(
        _ turns: Int,
        of trial: inout CostTrial,
        first: Double,
        second: Double,
        random: inout SeededRandom
    ) -> (first: Int, second: Int) {
        var taken = (first: 0, second: 0)
        for _ in 0..<turns {
            let way = trial.next()
            let noise = Double.random(in: 0.67...1.33, using: &random)
            trial.note(way, cost: (way == .first ? first : second) * noise)
            if way == .first { taken.first += 1 } else { taken.second += 1 }
        }
        return taken
    }

    @Test(arguments: 1...20)
    func theCheaperWayIsTakenAndTheOtherTriedOnceInAWhile(seed: UInt64) {
        for (first, second) in [(1.0, 1.6), (1.6, 1.0)] {
            var random = SeededRandom(seed: seed)
            var trial = CostTrial()
            _ = take(200, of: &trial, first: first, second: second, random: &random)
            #expect(trial.preferred == (first < second ? .first : .second))
            let taken = take(6_400, of: &trial, first: first, second: second, random: &random)
            #expect(min(taken.first, taken.second) == 100)
        }
    }

    @Test func bothAreTriedBeforeOneIsPreferred() {
        var trial = CostTrial()
        let ways = (0..<2 * CostTrial.trialsOfEach).map { _ in trial.next() }
        #expect(ways.count { $0 == .first } == CostTrial.trialsOfEach)
    }

    @Test(arguments: 1...20)
    func whatBecomesDearerIsLeft(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        var trial = CostTrial()
        _ = take(1_000, of: &trial, first: 1, second: 1.6, random: &random)
        _ = take(2_000, of: &trial, first: 3, second: 1.6, random: &random)
        #expect(trial.preferred == .second)
    }

    @Test func costsThatComeLateOrNeverHarmNothing() {
        var trial = CostTrial()
        let ways = (0..<1_000).map { _ in trial.next() }
        #expect(ways.count { $0 == .second } < 30)
        trial.note(.second, cost: 1)
        #expect(trial.preferred == .first)
    }
}
