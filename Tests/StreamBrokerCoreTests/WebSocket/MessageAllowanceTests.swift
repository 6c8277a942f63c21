import StreamBrokerCore
import Testing

@Suite struct MessageAllowanceTests {
    private func spent(_ cost: MessageAllowance.Cost, from allowance: inout MessageAllowance, now: Int64) -> Int {
        var count = 0
        while allowance.spend(cost, now: now) { count += 1 }
        return count
    }

    @Test func twoSecondsAreSavedUpAndNoMore() {
        var allowance = MessageAllowance(perSecond: 100, now: 0)
        #expect(spent(.whole, from: &allowance, now: 0) == 200)
        #expect(spent(.whole, from: &allowance, now: 500_000) == 50)
        #expect(spent(.whole, from: &allowance, now: 3_600_000_000) == 200)
    }

    @Test func aClockThatGoesBackGivesNothing() {
        var allowance = MessageAllowance(perSecond: 100, now: 1_000_000)
        #expect(spent(.whole, from: &allowance, now: 1_000_000) == 200)
        #expect(spent(.whole, from: &allowance, now: 0) == 0)
        #expect(spent(.whole, from: &allowance, now: 1_010_000) == 1)
    }

    /// 256 streams at 60 frames a second, each acknowledged: nobody who behaves runs into it.
    @Test func acknowledgementsOfEveryStreamFit() {
        var allowance = MessageAllowance(perSecond: 100, now: 0)
        for tick in 0..<Int64(256 * 60 * 10) {
            let accepted = allowance.spend(.acknowledgement, now: tick * 1_000_000 / (256 * 60))
            #expect(accepted)
        }
    }
}
