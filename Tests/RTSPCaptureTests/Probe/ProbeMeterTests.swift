import RTSPCapture
import Testing

@Suite("Probe's meter")
struct ProbeMeterTests {
    private func time(_ microseconds: Int64) -> MonotonicTime { MonotonicTime(microseconds: 5_000_000 + microseconds) }

    /// Coded and decoded pictures, 40 ms apart by arrival.
    private func meter(_ timestamps: [Int64?], keyframes: Int = 5, isLive: Bool = true) -> ProbeMeter {
        var meter = ProbeMeter(isLive: isLive)
        for (index, timestamp) in timestamps.enumerated() {
            let arrival = time(Int64(index) * 40_000)
            let isKeyframe = index % keyframes == 0
            meter.came(.init(arrival: arrival, timestamp: timestamp, byteCount: 1_000, isKeyframe: isKeyframe))
            meter.decoded(.init(arrival: arrival, timestamp: timestamp, number: Int64(index + 1)))
        }
        return meter
    }

    @Test("measures rate, bits and keyframe distance of a sound stream")
    func sound() throws {
        let figures = meter((0..<26).map { $0 * 40_000 }).result(at: time(1_100_000))
        #expect(abs(try #require(figures.framesPerSecond) - 25) < 0.001)
        #expect(abs(try #require(figures.bitsPerSecond) - 200_000) < 0.1)
        #expect(figures.codedPictures == 26 && figures.decodedPictures == 26 && figures.keyframes == 6)
        #expect(figures.keyframeDistancePictures == 5)
        #expect(figures.keyframeDistanceSeconds == 0.2)
        #expect(figures.sinceKeyframeSeconds == 0.1)
        #expect(figures.timestamps.areSound)
        #expect(figures.reorderedPictures == 0)
    }

    @Test("tells missing, repeated, backward and jumping timestamps apart")
    func unsound() {
        let stamps: [Int64?] = [0, 40_000, nil, 80_000, 80_000, 40_000, 80_000, 3_600_000_000]
        let timestamps = meter(stamps).result(at: time(0)).timestamps
        #expect(timestamps.missing == 1)
        #expect(timestamps.repeated == 1)
        #expect(timestamps.backward == 1)
        #expect(timestamps.jumps == 1)
    }

    @Test("takes the rate from arrivals where timestamps make no sense")
    func rateOfArrival() throws {
        let figures = meter([Int64?](repeating: 7, count: 26)).result(at: time(1_000_000))
        #expect(abs(try #require(figures.framesPerSecond) - 25) < 0.001)
        #expect(figures.timestamps.repeated == 25)
    }

    @Test("blames no RTP source for a timestamp that was lost on the way out of the parser")
    func lostInParser() {
        var meter = ProbeMeter(mayLackTimestamps: false)
        meter.decoded(.init(arrival: time(0), timestamp: nil, number: 1))
        #expect(meter.result(at: time(0)).timestamps.areSound)
    }

    @Test("takes a pause for no jump")
    func pause() {
        var meter = ProbeMeter()
        meter.decoded(.init(arrival: time(0), timestamp: 0, number: 1))
        meter.decoded(.init(arrival: time(30_000_000), timestamp: 30_000_000, number: 2))
        #expect(meter.result(at: time(30_000_000)).timestamps.areSound)
    }

    @Test("sees that pictures come in another order")
    func reordered() {
        var meter = ProbeMeter()
        for (place, number) in [1, 3, 2, 4].enumerated() {
            meter.decoded(
                .init(arrival: time(Int64(place) * 40_000), timestamp: Int64(place) * 40_000, number: Int64(number))
            )
        }
        #expect(meter.result(at: time(0)).reorderedPictures == 1)
        #expect(meter.result(at: time(0)).timestamps.areSound)
    }

    @Test("counts no errors before the first keyframe, where a decoder cannot help them")
    func errors() {
        var meter = ProbeMeter()
        meter.decodingFailed()
        #expect(meter.result(at: time(0)).decodeErrors == 0)
        meter.came(.init(arrival: time(0), timestamp: 0, byteCount: 1, isKeyframe: true))
        meter.decodingFailed()
        #expect(meter.result(at: time(0)).decodeErrors == 1)
    }

    @Test("survives whatever timestamps a stranger makes up", arguments: [true, false])
    func hostile(isLive: Bool) {
        let extremes: [Int64?] = [.min, .min + 1, -1, 0, 1, .max - 1, .max, nil]
        for first in extremes {
            for second in extremes {
                for third in extremes {
                    let figures = meter([first, second, third], keyframes: 1, isLive: isLive).result(at: time(80_000))
                    let stamps = figures.timestamps
                    let faults = stamps.missing + stamps.repeated + stamps.backward + stamps.jumps
                    #expect(faults <= 3)
                    #expect((figures.framesPerSecond ?? 1).isFinite && (figures.bitsPerSecond ?? 1).isFinite)
                    #expect(figures.decodedPictures == 3)
                }
            }
        }
    }
}
