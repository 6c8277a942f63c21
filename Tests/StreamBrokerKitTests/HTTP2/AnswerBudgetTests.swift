import StreamBrokerKit
import Testing

/// How much of its answers is kept for a client that does not take them.
@Suite struct AnswerBudgetTests {
    @Test func thereIsRoomUpToTheLimit() {
        let budget = AnswerBudget(maximum: 100)
        #expect(budget.take(60))
        #expect(budget.take(40))
        #expect(!budget.take(1))
        budget.giveBack(40)
        #expect(!budget.take(41))
        #expect(budget.take(40))
    }

    @Test func whatIsLargerThanTheLimitGoesAlone() {
        let budget = AnswerBudget(maximum: 100)
        #expect(budget.take(1_000))
        #expect(!budget.take(1))
        budget.giveBack(1_000)
        #expect(budget.take(1))
    }
}
