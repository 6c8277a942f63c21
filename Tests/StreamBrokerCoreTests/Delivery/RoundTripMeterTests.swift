import StreamBrokerCore
import Testing

@Suite struct RoundTripMeterTests {
    @Test func theShorterOfTheLastTwoCounts() {
        var meter = RoundTripMeter()
        var now: Int64 = 1_000
        var known: [Int64] = []
        for delay in [Int64(50_000), 20_000, 80_000, 90_000] {
            #expect(meter.isDue(at: now))
            let payload = meter.ping(at: now)
            #expect(!meter.isDue(at: now + delay))
            let isAnswer = meter.answered(payload, at: now + delay)
            #expect(isAnswer)
            known.append(meter.roundTrip)
            #expect(meter.isDue(at: now + RoundTripMeter.firstInterval) == (known.count == 1))
            now += RoundTripMeter.interval
        }
        #expect(known == [50_000, 20_000, 20_000, 80_000])
    }

    @Test func whoAnswersNoneIsNotAskedMoreOften() {
        var meter = RoundTripMeter()
        let pings = stride(from: Int64(0), to: 10 * RoundTripMeter.interval, by: 100_000).count { now in
            let isDue = meter.isDue(at: now)
            if isDue { _ = meter.ping(at: now) }
            return isDue
        }
        #expect(pings == 11)
    }

    @Test func onlyItsOwnAnswersCountAndEachOnce() {
        var meter = RoundTripMeter()
        let payload = meter.ping(at: 5)
        let answers = [[], [1, 2, 3], payload, payload].map { meter.answered($0, at: 10) }
        #expect(answers == [false, false, true, false])
        #expect(meter.roundTrip == 5)
    }
}
