import StreamBrokerKit
import Testing

/// When the certificate's files are read again, and when their end is warned of.
@Suite struct FileWatchTests {
    @Test func aChangeIsReadOnceAndWhenItIsOver() {
        var watch = FileWatch(reading: 1)
        // 2 may still be being written; 3 stands still, and is read once; 4 is back at what was read before it was still.
        let answers = [1, 2, 3, 3, 3, 4, 3, 3].map { watch.looked($0) }
        #expect(answers == [false, false, false, true, false, false, false, false])
    }

    @Test func whatWasReadForAnotherReasonIsNotReadAgain() {
        var watch = FileWatch(reading: 1)
        watch.reading(2)
        let answers = [2, 2].map { watch.looked($0) }
        #expect(answers == [false, false])
    }

    @Test func theEndIsWarnedOfOnceADayInItsLastTwoWeeks() {
        let day: Int64 = 86_400
        var warning = ExpiryWarning()
        let times: [(expiry: Int64, now: Int64, expected: Int64?)] = [
            (100 * day, 85 * day, nil),
            (100 * day, 86 * day + 1, 14),
            (100 * day, 86 * day + 2, nil),
            (100 * day, 87 * day + 1, 13),
            (100 * day, 99 * day + 1, 1),
            (100 * day, 101 * day, 0),
            // It was renewed, and then replaced by one that is short.
            (200 * day, 101 * day + 1, nil),
            (102 * day, 101 * day + 2, 1),
        ]
        for (expiry, now, expected) in times {
            let days = warning.due(expiry: expiry, now: now)
            #expect(days == expected, "at \(now)")
        }
    }
}
