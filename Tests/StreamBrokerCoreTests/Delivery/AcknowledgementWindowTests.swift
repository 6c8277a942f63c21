import SeededRandom
import StreamBrokerCore
import Testing

@Suite struct AcknowledgementWindowTests {
    @Test func twoAreTheMost() {
        var window = AcknowledgementWindow()
        #expect(window.isOpen(at: 0))
        window.sent(1, byteCount: 40_000, at: 0)
        #expect(window.isOpen(at: 0), "nothing is known yet: the second may follow at once")
        window.sent(2, byteCount: 40_000, at: 0)
        #expect(!window.isOpen(at: .max - 1) && window.opensAt == nil)
        window.acknowledged(upTo: 2, at: 10)
        #expect(window.isOpen(at: 10))
    }

    @Test func anAcknowledgementCoversWhatCameBefore() {
        var window = AcknowledgementWindow()
        window.sent(5, byteCount: 40_000, at: 0)
        window.sent(9, byteCount: 40_000, at: 0)
        window.acknowledged(upTo: 4, at: 1)
        #expect(window.opensAt == nil)
        window.acknowledged(upTo: 7, at: 1)
        #expect(window.opensAt != nil)
        window.acknowledged(upTo: .max, at: 2)
        #expect(window.isOpen(at: 2))
    }

    /// A line that takes about 140 ms for a frame: each is sent so that it comes to the line when the line is free.
    @Test(arguments: [0, 40_000, 120_000]) func onASlowLineTheSecondIsSentJustInTime(roundTrip: Int64) {
        var line = SlowLine(microsecondsPerByte: 3.5, roundTrip: roundTrip)
        var random = SeededRandom(seed: 7)
        // There is always a frame.
        line.run(for: 20_000_000, every: 1_000) { Int.random(in: 20_000...60_000, using: &random) }
        let settled = line.waits.dropFirst(8)
        #expect(settled.max() ?? .max <= AcknowledgementWindow.allowance + 3_000, "a frame grew old before the line")
        // Two small frames do not fill the longest of these ways.
        #expect(line.busy > (roundTrip > 100_000 ? 0.95 : 0.97), "the line is busy all the time")
    }

    /// A fast line with a long way: acknowledgements take 100 ms, transfers nearly nothing. Two per round trip go out, no fewer.
    @Test func onALongFastLineBothAreUsed() {
        var line = SlowLine(microsecondsPerByte: 0.1, roundTrip: 100_000)
        line.run(for: 10_000_000, every: 33_000) { 40_000 }
        #expect(line.waits.count >= 10 * 15, "\(line.waits.count) frames in 10 s")
    }

    @Test func withoutARoundTripThatIsKnownItIsStillOneEach() {
        var line = SlowLine(microsecondsPerByte: 0.1, roundTrip: 100_000, isRoundTripKnown: false)
        line.run(for: 10_000_000, every: 33_000) { 40_000 }
        #expect(line.waits.count >= 10 * 7, "\(line.waits.count) frames in 10 s")
    }

    @Test func whileItDrainsOneIsTheMostForAWhile() {
        var window = AcknowledgementWindow()
        window.isDraining = true
        window.sent(1, byteCount: 40_000, at: 0)
        #expect(window.opensAt == AcknowledgementWindow.longestHold)
        window.acknowledged(upTo: 1, at: 90_000)
        #expect(window.isEmpty && window.isOpen(at: 90_000))
    }

    private struct SlowLine {
        let microsecondsPerByte: Double
        let roundTrip: Int64
        var isRoundTripKnown = true
        /// How long each frame waited for those before it.
        private(set) var waits: [Int64] = []
        /// The part of the time in which the line was at work.
        private(set) var busy = 0.0

        init(microsecondsPerByte: Double, roundTrip: Int64, isRoundTripKnown: Bool = true) {
            self.microsecondsPerByte = microsecondsPerByte
            self.roundTrip = roundTrip
            self.isRoundTripKnown = isRoundTripKnown
        }

        mutating func run(for duration: Int64, every interval: Int64, size: () -> Int) {
            var window = AcknowledgementWindow()
            if isRoundTripKnown { window.roundTrip = roundTrip }
            var acknowledgements: [(sequence: UInt64, time: Int64)] = []
            var free: Int64 = 0
            var worked: Int64 = 0
            for now in stride(from: Int64(0), to: duration, by: 1_000) {
                while let first = acknowledgements.first, first.time <= now {
                    window.acknowledged(upTo: first.sequence, at: now)
                    acknowledgements.removeFirst()
                }
                guard now % interval == 0, window.isOpen(at: now) else { continue }
                let bytes = size()
                let sequence = UInt64(waits.count + 1)
                window.sent(sequence, byteCount: bytes, at: now)
                let arrival = now + roundTrip / 2
                let transfer = Int64(Double(bytes) * microsecondsPerByte)
                waits.append(max(0, free - arrival))
                free = max(free, arrival) + transfer
                worked += transfer
                acknowledgements.append((sequence, free + roundTrip / 2))
                #expect(acknowledgements.count <= AcknowledgementWindow.limit)
            }
            busy = Double(worked) / Double(duration)
        }
    }

    /// A client that acknowledges each frame when the next one comes: every frame looks slower than the one before.
    @Test func lateAcknowledgementsDoNotStarveTheirClient() {
        var window = AcknowledgementWindow()
        var now: Int64 = 0
        for sequence in UInt64(1)...200 {
            now = max(now, window.opensAt ?? now)
            window.sent(sequence, byteCount: 40_000, at: now)
            now += 100_000
            if sequence > 1 { window.acknowledged(upTo: sequence - 1, at: now) }
        }
        #expect(now <= 200 * (AcknowledgementWindow.longestHold + 100_000), "\(now / 1_000_000) s for 200 frames")
    }
}
