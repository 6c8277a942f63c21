import Foundation
import RTSPCapture
import Testing

@Suite("Budget controller")
struct BudgetControllerTests {
    /// An encoder that takes time and makes bytes by a formula, on pictures that are more or less hard.
    private struct Simulation {
        var controller: BudgetController
        let wanted: EncoderSettings
        let rate: Double
        /// Bytes and seconds at quality 80, method 0 and full size.
        var bytes: Double
        var seconds: Double
        /// How much a picture differs from the next, as a share.
        var noise: Double
        var random: Generator
        var time = 0.0
        var number: UInt64 = 0
        var busyUntil = 0.0
        let limitsBytes: Bool

        struct Second {
            var slowest: Double
            var bitsPerSecond: Double
            var settings: EncoderSettings
            var encoded: Int
        }

        struct Generator: RandomNumberGenerator {
            var state: UInt64
            mutating func next() -> UInt64 {
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                return state ^ state >> 29
            }
        }

        init(
            _ budget: EncodingBudget,
            rate: Double = 30,
            bytes: Double,
            seconds: Double,
            noise: Double = 0.05,
            method: Int = 0,
            limitsBytes: Bool = false,
            seed: UInt64 = 1
        ) {
            wanted = EncoderSettings(quality: 80, method: method)
            controller = BudgetController(budget, wanted: wanted, frameRate: rate, limitsBytes: limitsBytes)
            (self.rate, self.bytes, self.seconds, self.noise) = (rate, bytes, seconds, noise)
            self.limitsBytes = limitsBytes
            random = Generator(state: seed)
        }

        mutating func run(_ count: Int) -> [Second] {
            (0..<count).map { _ in second() }
        }

        private mutating func second() -> Second {
            var times: [Double] = []
            var bits = 0.0
            for _ in 0..<Int(rate) {
                time += 1 / rate
                number += 1
                // One worker: what comes while it is busy is dropped.
                guard time >= busyUntil else { continue }
                let settings = controller.settings
                let jitter = 1 + Double.random(in: -noise...noise, using: &random)
                let area = settings.scale * settings.scale
                let took =
                    seconds * area * (1 + 0.8 * Double(settings.method)) * (0.7 + 0.3 * Double(settings.quality) / 80)
                    * jitter
                var size = bytes * area * exp(0.03 * Double(settings.quality - 80)) * jitter
                busyUntil = time + took
                if let limit = settings.byteLimit {
                    // A tenth of its size is as coarse as it gets.
                    if Double(limit) < size / 10 {
                        _ = controller.failed()
                        continue
                    }
                    size = min(size, Double(limit))
                }
                times.append(took)
                bits += size * 8
                let sample = BudgetController.Sample(
                    encodeTime: .microseconds(Int64(took * 1_000_000)),
                    bytes: Int(size),
                    timestamp: Int64(time * 1_000_000),
                    number: number
                )
                _ = controller.encoded(sample)
            }
            times.sort()
            return Second(
                slowest: times.isEmpty ? .infinity : times[min(times.count - 1, times.count * 19 / 20)],
                bitsPerSecond: bits,
                settings: controller.settings,
                encoded: times.count
            )
        }
    }

    @Test("With room to spare, nothing is touched")
    func roomToSpare() {
        var simulation = Simulation(EncodingBudget(bitsPerSecond: 100_000_000), bytes: 40_000, seconds: 0.01)
        let seconds = simulation.run(60)
        #expect(seconds.allSatisfy { $0.settings == simulation.wanted })
    }

    @Test("Whatever the footage and the machine, it comes to lie within the budget", arguments: 1...60)
    func property(seed: Int) throws {
        var random = Simulation.Generator(state: UInt64(seed) &* 77)
        let rate = Double(Int.random(in: 5...60, using: &random))
        let bits = Double.random(in: 1_000_000...20_000_000, using: &random)
        let encodeTime = Bool.random(using: &random) ? Double.random(in: 0.3...1.5, using: &random) / rate : nil
        // From a quarter of the budgets to eight times as much.
        let bytes = bits / rate / 8 * Double.random(in: 0.25...8, using: &random)
        let seconds = min(encodeTime ?? 1, 1 / rate) * Double.random(in: 0.25...6, using: &random)
        let budget = EncodingBudget(
            bitsPerSecond: bits,
            encodeTime: encodeTime.map { .microseconds(Int64($0 * 1_000_000)) }
        )
        var simulation = Simulation(
            budget,
            rate: rate,
            bytes: bytes,
            seconds: seconds,
            method: Int.random(in: 0...4, using: &random),
            limitsBytes: Bool.random(using: &random),
            seed: UInt64(seed)
        )
        _ = simulation.run(30)
        let later = simulation.run(120)
        let timeLimit = min(encodeTime ?? 1, 1 / rate)
        let late = later.count { $0.slowest > timeLimit * 1.0 }
        let large = later.count { $0.bitsPerSecond > bits * 1.0 }
        #expect(late <= 8, "\(late) seconds of 120 were too slow: \(simulation.controller.settings)")
        #expect(large <= 8, "\(large) seconds of 120 were too large: \(simulation.controller.settings)")
        // It does not swing: size is the last to give way, and does not come and go.
        let resized = zip(later, later.dropFirst()).count { $0.settings.scale != $1.settings.scale }
        #expect(resized <= 10, "resized \(resized) times")
        // Smoothly: no jump of quality that is seen.
        for (one, next) in zip(later, later.dropFirst()) {
            #expect(next.settings.quality - one.settings.quality <= 8)
        }
    }

    @Test("What was given up comes back when the scene is easy again", arguments: [false, true])
    func recovers(limitsBytes: Bool) throws {
        var simulation = Simulation(
            EncodingBudget(bitsPerSecond: 4_000_000),
            bytes: 13_000,
            seconds: 0.012,
            method: 1,
            limitsBytes: limitsBytes
        )
        _ = simulation.run(20)
        simulation.bytes *= 8
        simulation.seconds *= 8
        let hard = try #require(simulation.run(40).last)
        #expect(hard.settings.scale < 1)
        #expect(hard.encoded >= 29)
        simulation.bytes /= 8
        simulation.seconds /= 8
        let easy = try #require(simulation.run(120).last)
        #expect(easy.settings.quality == 80)
        #expect(easy.settings.method == 1)
        #expect(easy.settings.scale == 1)
    }

    @Test("Bytes alone cost quality, and not size while quality is left")
    func bytesCostQuality() throws {
        var simulation = Simulation(EncodingBudget(bitsPerSecond: 4_000_000), bytes: 30_000, seconds: 0.005)
        let last = try #require(simulation.run(30).last)
        #expect(last.bitsPerSecond <= 4_000_000)
        #expect(last.bitsPerSecond > 2_800_000, "the budget is there to be used")
        #expect(last.settings.scale == 1)
        #expect(last.settings.quality < 80)
    }

    @Test("An encoder that keeps to bytes by itself is given the bytes, and keeps its quality")
    func limit() throws {
        var simulation = Simulation(
            EncodingBudget(bitsPerSecond: 4_800_000),
            rate: 15,
            bytes: 80_000,
            seconds: 0.005,
            limitsBytes: true
        )
        let last = try #require(simulation.run(30).last)
        let limit = try #require(last.settings.byteLimit)
        #expect(abs(limit - 40_000) <= 4_000)
        #expect(last.settings.quality == 80)
        #expect(last.settings.scale == 1)
    }

    @Test("Where no image can be as small as it must, pictures are made smaller")
    func impossibleLimit() throws {
        var simulation = Simulation(
            EncodingBudget(bitsPerSecond: 500_000),
            bytes: 60_000,
            seconds: 0.005,
            limitsBytes: true
        )
        let last = try #require(simulation.run(60).last)
        #expect(last.settings.scale < 1)
        #expect(last.encoded >= 20)
        #expect(last.bitsPerSecond <= 500_000 * 1.05)
    }

    @Test("A few pictures a second are enough to go by")
    func slowSource() throws {
        var simulation = Simulation(EncodingBudget(bitsPerSecond: 200_000), rate: 2, bytes: 40_000, seconds: 0.005)
        let last = try #require(simulation.run(60).last)
        #expect(last.settings.quality < 80)
        #expect(last.bitsPerSecond <= 220_000)
    }
}
