import StreamBrokerCore
import Testing

@Suite struct DeliveryTallyTests {
    @Test(arguments: [
        (0, 0), (1_000, 0), (1_001, 1), (33_000, 5), (5_000_000, 11), (5_000_001, 12), (Int64.max / 2, 12),
    ])
    func agesFallIntoTheirClasses(age: Int64, expected: Int) {
        var ages = DeliveryAges()
        ages.note(age)
        #expect(ages.counts.firstIndex(of: 1) == expected)
        #expect(ages.count == 1 && ages.sum == age)
    }

    @Test func talliesAddUpAndCopyExactly() {
        var one = DeliveryTally()
        one.delivered = 3
        one.replaced = 2
        one.thinned = 1
        one.cutOff = 5
        one.deliveredBytes = 70
        one.stalledViewers = 1
        one.ages.note(400)
        var sum = one
        sum.add(one)
        #expect((sum.delivered, sum.replaced, sum.thinned, sum.cutOff) == (6, 4, 2, 10))
        #expect(sum.deliveredBytes == 140 && sum.stalledViewers == 2 && sum.ages.count == 2 && sum.ages.sum == 800)
        var copy = DeliveryTally()
        copy.copyInPlace(sum)
        #expect(copy == sum)
    }

    @Test func aBudgetGrowsWithTheFrame() {
        #expect(WriteBudget.microseconds(forBytes: 0) == 2_000_000)
        #expect(WriteBudget.microseconds(forBytes: 320_000) == 12_000_000)
    }
}
