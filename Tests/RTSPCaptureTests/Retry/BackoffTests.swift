import RTSPCapture
import Testing

@Suite("Backoff")
struct BackoffTests {
    @Test("doubles from 0.25 s to 4 s, with full jitter from the first attempt on")
    func ceilings() {
        var backoff = Backoff()
        var ceilings: [Duration] = []
        for _ in 0..<10 {
            ceilings.append(backoff.ceiling)
            _ = backoff.nextDelay(random: 0.5)
        }
        #expect(ceilings == [0.25, 0.5, 1, 2, 4, 4, 4, 4, 4, 4].map { .seconds($0) })
    }

    @Test("gives delays between nothing and the ceiling, as evenly as its random numbers")
    func delays() {
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<200 {
            var backoff = Backoff(base: .milliseconds(10), limit: .seconds(1))
            for _ in 0..<20 {
                let ceiling = backoff.ceiling
                let random = Double.random(in: 0..<1, using: &generator)
                let delay = backoff.nextDelay(random: random)
                #expect(delay >= .zero && delay < ceiling)
                #expect(delay == ceiling * random)
            }
        }
        var backoff = Backoff()
        #expect(backoff.nextDelay(random: 0) == .zero)
    }

    @Test("starts anew after a reset")
    func reset() {
        var backoff = Backoff()
        for _ in 0..<5 { _ = backoff.nextDelay(random: 0.9) }
        backoff.reset()
        #expect(backoff.ceiling == .milliseconds(250))
    }
}
