import RTSPCapture
import Testing

@Suite("Frame rate")
struct FrameRateRegulatorTests {
    /// Timestamps of a camera, in microseconds, with up to `jitter` of noise.
    private func timestamps(rate: Double, seconds: Double, jitter: Double = 0) -> [Int64] {
        (0..<Int(rate * seconds)).map { index in
            Int64(Double(index) * 1_000_000 / rate + (jitter > 0 ? Double.random(in: -jitter...jitter) : 0))
        }
    }

    private func admitted(_ timestamps: [Int64?], target: Double) -> [Int] {
        var regulator = FrameRateRegulator(framesPerSecond: target)
        return timestamps.indices.filter { regulator.admits(timestamps[$0]) }
    }

    @Test(
        "of a slower or equal source is never touched",
        arguments: [
            (1.0, 30.0), (15, 30), (25, 30), (29.97, 30), (30, 30), (30.01, 30), (30, 29.97), (60, 60), (0.2, 1),
        ]
    )
    func slower(rate: Double, target: Double) {
        let all = timestamps(rate: rate, seconds: 120)
        #expect(admitted(all, target: target).count == all.count)
        let noisy = timestamps(rate: rate, seconds: 120, jitter: 1_000_000 / rate * 0.1)
        // With noise, a source at the target may count as faster now and then.
        #expect(admitted(noisy, target: target).count >= noisy.count - (rate > target * 0.9 ? 8 : 0))
    }

    @Test(
        "of a faster source is brought down to the target, evenly",
        arguments: [
            (30.0, 15.0), (60, 30), (50, 25), (25, 20), (30, 29), (30, 7), (60, 1), (120, 30), (30, 12.5), (59.94, 30),
        ]
    )
    func faster(rate: Double, target: Double) {
        let all = timestamps(rate: rate, seconds: 60)
        let kept = admitted(all, target: target)
        #expect(abs(Double(kept.count) - target * 60) <= 2)
        // Each picture is within half a source interval of the grid, so gaps differ by one picture at most.
        let gaps = zip(kept, kept.dropFirst()).map { $1 - $0 }.dropFirst(3)
        let shortest = Int((rate / target).rounded(.down))
        #expect(gaps.allSatisfy { $0 >= shortest && $0 <= shortest + 1 })
    }

    @Test("halves exactly, whatever the jitter", arguments: [0.0, 1000, 2500])
    func halves(jitter: Double) {
        let kept = admitted(timestamps(rate: 60, seconds: 30, jitter: jitter), target: 30)
        #expect(kept == Array(stride(from: 0, to: 1800, by: 2)))
    }

    @Test("property: any source stays at or below the target, and loses nothing when it is slower")
    func anySource() {
        for _ in 0..<200 {
            let rate = Double.random(in: 1...120)
            let target = Double.random(in: 1...60)
            let all = timestamps(rate: rate, seconds: 20, jitter: Double.random(in: 0...(80_000 / rate)))
            let kept = admitted(all, target: target)
            if rate <= target {
                #expect(kept.count >= all.count - (rate > target * 0.9 ? 8 : 0), "\(rate) to \(target)")
            } else {
                #expect(
                    Double(kept.count) <= max(target * 1.03 * 20, Double(all.count) * target / rate) + 2,
                    "\(rate) to \(target)"
                )
                #expect(Double(kept.count) >= target * 0.97 * 20 - 2, "\(rate) to \(target): \(kept.count)")
            }
        }
    }

    @Test(
        "goes on after timestamps that jump or go back",
        arguments: [3_600_000_000, -3_600_000_000, Int64.max / 2, 0]
    )
    func jumps(jump: Int64) {
        var all = timestamps(rate: 60, seconds: 10)
        all += timestamps(rate: 60, seconds: 10).map { $0 &+ jump }
        let kept = admitted(all, target: 30)
        #expect(abs(kept.count - 600) <= 5)
        #expect(zip(kept, kept.dropFirst()).allSatisfy { $1 - $0 <= 3 })
    }

    @Test("goes on, thinned, without timestamps")
    func missing() {
        let stamped = timestamps(rate: 60, seconds: 1).map(Optional.some)
        let kept = admitted(stamped + Array(repeating: nil, count: 600), target: 30)
        #expect(abs(kept.count - 330) <= 3)
        #expect(admitted(Array(repeating: nil, count: 100), target: 30).count >= 99)
        let mixed = timestamps(rate: 60, seconds: 10).enumerated().map { $0 % 3 == 1 ? nil : $1 }
        #expect(abs(admitted(mixed, target: 30).count - 300) <= 5)
    }

    @Test("follows a camera that changes its rate")
    func changes() {
        var all: [Int64] = []
        for rate in [25.0, 1, 60] {
            let start = all.last.map { $0 + Int64(1_000_000 / rate) } ?? 0
            all += timestamps(rate: rate, seconds: 20).map { $0 + start }
        }
        let kept = admitted(all, target: 30)
        #expect(kept.filter { $0 < 520 }.count == 520)
        #expect(abs(kept.filter { $0 >= 520 }.count - 600) <= 20)
    }
}
