import RTSPCapture
import Testing

@Suite("Time line")
struct MediaTimelineTests {
    private func time(_ microseconds: Int64) -> MonotonicTime { MonotonicTime(microseconds: 5_000_000 + microseconds) }

    @Test("follows timestamps that make sense, from 0")
    func follows() {
        var timeline = MediaTimeline(.live)
        let positions = [900, 933, 967, 1000].map { timeline.place($0 * 1000, arrival: time($0 * 1001)) }
        #expect(positions == [0, 33_000, 67_000, 100_000])
    }

    @Test("of a live source goes on by arrival where they jump, go back, stand still or are missing")
    func liveJumps() {
        var timeline = MediaTimeline(.live)
        let stamps: [Int64?] = [
            0, 40_000, 3_600_040_000, 3_600_080_000, 0, 40_000, 40_000, nil, nil, 160_000, Int64.max, Int64.min,
        ]
        var positions: [Int64] = []
        for (index, stamp) in stamps.enumerated() {
            positions.append(timeline.place(stamp, arrival: time(Int64(index) * 40_000)))
        }
        #expect(positions == (0..<12).map { Int64($0) * 40_000 })
    }

    @Test("always rises, whatever comes")
    func rises() {
        for _ in 0..<100 {
            var timeline = MediaTimeline(Bool.random() ? .live : .file(interval: nil))
            var last: Int64 = -1
            var now: Int64 = 0
            for _ in 0..<500 {
                now += Int64.random(in: 0...50_000)
                let stamp: Int64? = Int.random(in: 0..<10) == 0 ? nil : Int64.random(in: -100_000...100_000) * 1000
                let position = timeline.place(stamp, arrival: time(now))
                #expect(position > last)
                last = position
            }
        }
    }

    @Test("of a looped file goes on without a gap")
    func loops() {
        var timeline = MediaTimeline(.file(interval: 33_333))
        var positions: [Int64] = []
        for _ in 0..<3 {
            for frame in 0..<5 { positions.append(timeline.place(Int64(frame) * 33_333, arrival: time(0))) }
        }
        #expect(positions == (0..<15).map { $0 * 33_333 })
    }

    @Test("of a file without timestamps takes the file's own rate")
    func fileWithoutTimestamps() {
        var timeline = MediaTimeline(.file(interval: 20_000))
        let positions = (0..<3).map { _ in timeline.place(nil, arrival: time(0)) }
        #expect(positions == [0, 20_000, 40_000])
    }

    @Test("converts units without overflow")
    func units() {
        #expect(TimeBase(numerator: 1, denominator: 90_000).microseconds(3000) == 33_333)
        #expect(TimeBase(numerator: 1, denominator: 90_000).microseconds(-3000) == -33_333)
        #expect(TimeBase(numerator: 1001, denominator: 30_000).microseconds(1) == 33_367)
        #expect(TimeBase(numerator: 1, denominator: 0).microseconds(1) == nil)
        #expect(TimeBase(numerator: Int32.max, denominator: 1).microseconds(Int64.max) == nil)
    }

    @Test("paces a file in real time, and does not rush after a stall")
    func pacing() {
        var pacer = RealTimePacer()
        func due(_ position: Int64, _ now: MonotonicTime, _ expected: MonotonicTime) {
            let due = pacer.due(position: position, now: now)
            #expect(due == expected)
        }
        due(0, time(0), time(0))
        due(40_000, time(1000), time(40_000))
        due(80_000, time(100_000), time(80_000))
        due(120_000, time(2_000_000), time(2_000_000))
        due(160_000, time(2_000_000), time(2_040_000))
    }
}
