import StreamBrokerCore
import Testing

@Suite struct RateMeterTests {
    @Test func tellsTheRateOfTheLastSeconds() {
        var meter = RateMeter()
        for index in 0..<300 { meter.note(bytes: 1_000, at: Int64(index) * 1_000_000 / 30) }
        let rates = meter.rates(at: 10_000_000)
        #expect(rates.perSecond == 30)
        #expect(rates.bytesPerSecond == 30_000)
    }

    @Test func fallsToZeroWhenNothingComes() {
        var meter = RateMeter()
        meter.note(bytes: 10, at: 5_000_000)
        #expect(meter.rates(at: 60_000_000).perSecond == 0)
    }

    @Test func survivesAClockThatIsSetBack() {
        var meter = RateMeter()
        for second in 0..<10 { meter.note(bytes: 1, at: Int64(second) * 1_000_000 + 3_600_000_000) }
        for index in 0..<100 { meter.note(bytes: 1, at: Int64(index) * 100_000) }
        #expect(meter.rates(at: 10_000_000).perSecond == 10)
    }
}
