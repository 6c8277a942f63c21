import StreamBrokerCore
import Testing

@Suite struct AcknowledgementWindowTests {
    @Test func twoAreTheMost() {
        var window = AcknowledgementWindow()
        #expect(window.isOpen(at: 0))
        window.sent(1, at: 0)
        #expect(window.isOpen(at: 0), "nothing is known yet: the second may follow at once")
        window.sent(2, at: 0)
        #expect(!window.isOpen(at: .max - 1) && window.opensAt == nil)
        window.acknowledged(upTo: 2, at: 10)
        #expect(window.isOpen(at: 10))
    }

    @Test func anAcknowledgementCoversWhatCameBefore() {
        var window = AcknowledgementWindow()
        window.sent(5, at: 0)
        window.sent(9, at: 0)
        window.acknowledged(upTo: 4, at: 1)
        #expect(window.opensAt == nil)
        window.acknowledged(upTo: 7, at: 1)
        #expect(window.opensAt != nil)
        window.acknowledged(upTo: .max, at: 2)
        #expect(window.isOpen(at: 2))
    }

    /// A line that takes 140 ms for a frame: each is sent shortly before the line is free, and so waits there for 50 ms and not for 140.
    @Test func onASlowLineTheSecondIsSentJustInTime() {
        let transfer: Int64 = 140_000
        var window = AcknowledgementWindow()
        var arrivals: [(sequence: UInt64, time: Int64)] = []
        var lineFree: Int64 = 0
        var sequence: UInt64 = 0
        var longestWait: Int64 = 0
        for now in stride(from: Int64(0), to: 6_000_000, by: 1_000) {
            while let first = arrivals.first, first.time <= now {
                window.acknowledged(upTo: first.sequence, at: now)
                arrivals.removeFirst()
            }
            // There is always a frame.
            guard window.isOpen(at: now) else { continue }
            sequence += 1
            window.sent(sequence, at: now)
            if sequence > 6 { longestWait = max(longestWait, lineFree - now) }
            lineFree = max(lineFree, now) + transfer
            arrivals.append((sequence, lineFree))
            #expect(arrivals.count <= AcknowledgementWindow.limit)
        }
        #expect(longestWait <= AcknowledgementWindow.lead + 2_000)
        #expect(sequence >= 6_000_000 / UInt64(transfer) - 2, "the line is busy all the time")
    }

    /// A fast line with a long way: acknowledgements take 100 ms, transfers 5. Two per round trip go out, no fewer.
    @Test func onALongFastLineBothAreUsed() {
        let roundTrip: Int64 = 100_000
        var window = AcknowledgementWindow()
        var arrivals: [(sequence: UInt64, time: Int64)] = []
        var sequence: UInt64 = 0
        for now in stride(from: Int64(0), to: 10_000_000, by: 1_000) {
            while let first = arrivals.first, first.time <= now {
                window.acknowledged(upTo: first.sequence, at: now)
                arrivals.removeFirst()
            }
            // Thirty frames a second.
            guard now % 33_000 == 0, window.isOpen(at: now) else { continue }
            sequence += 1
            window.sent(sequence, at: now)
            arrivals.append((sequence, now + roundTrip))
        }
        #expect(sequence >= 10 * 15, "\(sequence) frames in 10 s")
    }

    /// A client that acknowledges each frame when the next one comes: every frame looks slower than the one before.
    @Test func lateAcknowledgementsDoNotStarveTheirClient() {
        var window = AcknowledgementWindow()
        var now: Int64 = 0
        for sequence in UInt64(1)...200 {
            now = max(now, window.opensAt ?? now)
            window.sent(sequence, at: now)
            now += 100_000
            if sequence > 1 { window.acknowledged(upTo: sequence - 1, at: now) }
        }
        #expect(now <= 200 * (AcknowledgementWindow.longestHold + 100_000), "\(now / 1_000_000) s for 200 frames")
    }
}
