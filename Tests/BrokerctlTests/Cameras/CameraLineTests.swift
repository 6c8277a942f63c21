import RTSPCapture
import StreamBrokerKit
import Testing
import brokerctl

@Suite("What a camera's process and its keeper tell each other")
struct CameraLineTests {
    @Test("Settings come out as they went in, whatever is in them")
    func settings() {
        let settings = ["RTSP_URL": "rtsp://u:p=a#s%20s@h/x?a=b", "WIDTH": "640", "EMPTY": ""]
        let lines = KeeperMessage.opening(settings).split(separator: "\n", omittingEmptySubsequences: false)
        #expect(lines.suffix(2) == ["", ""])
        let read = lines.dropLast(2).compactMap { KeeperMessage.setting($0) }
        #expect(Dictionary(uniqueKeysWithValues: read.map { ($0.name, $0.value) }) == settings)
    }

    @Test("A message is read as it was written, and anything else is none")
    func messages() {
        #expect(KeeperMessage(line: KeeperMessage.viewers(12).line) == .viewers(12))
        for line in ["", "viewers", "viewers -1", "viewers x", "viewers 1 2", "stop"] {
            #expect(KeeperMessage(line: line) == nil)
        }
    }

    @Test(
        "A report is a state and a sentence; whatever else a process says is none, and nothing in it reaches a terminal"
    )
    func reports() throws {
        #expect(SourceReport(line: "lost no route") == SourceReport(state: .lost, reason: "no route"))
        for line in ["", "live", "dead and gone", " live x y", "LIVE x"] where line != " live x y" {
            #expect(SourceReport(line: line) == nil)
        }
        let hostile = try #require(SourceReport(line: "live \u{1B}[2J" + String(repeating: "x", count: 10_000)))
        #expect(!hostile.reason.unicodeScalars.contains("\u{1B}"))
        #expect(hostile.reason.count <= 500)
    }

    @Test("A camera is lost when it shows nothing of the present, and not when its timestamps alone are wrong")
    func conditions() {
        let lost = SourceCondition.allCases.filter { SourceReport(.condition($0))?.state == .lost }
        #expect(Set(lost) == [.silent, .withoutPictures, .frozen])
        let live = SourceCondition.allCases.filter { SourceReport(.condition($0))?.state == .live }
        #expect(Set(live) == [.flowing, .repeatingTimestamps, .unchanging])
    }
}

@Suite("At what rate a camera is sent")
struct IdleRateTests {
    private let start = ContinuousClock.now

    @Test("Full while somebody watches and for a while after, then one a second, and full at once when somebody comes")
    func rates() {
        var rate = IdleRate(now: start)
        #expect(rate.limit(viewers: 0, now: start + .seconds(1)) == nil)
        #expect(rate.limit(viewers: 0, now: start + IdleRate.linger) == 1)
        #expect(rate.limit(viewers: 1, now: start + .seconds(9)) == nil)
        #expect(rate.limit(viewers: 0, now: start + .seconds(13)) == nil)
        #expect(rate.limit(viewers: 0, now: start + .seconds(14)) == 1)
        #expect(rate.limit(viewers: 0, now: start + .seconds(1_000)) == 1)
    }
}
