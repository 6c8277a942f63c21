import StreamBrokerCore
import Testing

@Suite struct HostFieldTests {
    @Test(arguments: [
        "a", "a.b", "127.0.0.1", "a:80", "a:", "[::1]", "[::1]:3090", "under_score", "xn--bcher-kva.example",
    ])
    func aHostIsTaken(_ value: String) { #expect(HostField.isValid(value)) }

    @Test(arguments: [
        "", ":80", "a b", "a/b", "a@b", "a,b", "a:65536", "a:x", "a:-1", "a:+1", "[::1", "[]", "[::1]x", "[g]", "a\\b",
        "bücher",
        "a:80:80",
    ])
    func anythingElseIsNot(_ value: String) { #expect(!HostField.isValid(value)) }
}

@Suite struct BodyPaceTests {
    private let pace = BodyPace(minimumBytesPerSecond: 1_000, grace: .seconds(5))

    @Test func nothingIsAskedDuringTheGrace() {
        #expect(!pace.isTooSlow(received: 0, elapsed: .seconds(5)))
        #expect(pace.isTooSlow(received: 0, elapsed: .milliseconds(5_001)))
    }

    @Test func theAverageCounts() {
        #expect(!pace.isTooSlow(received: 20_000, elapsed: .seconds(20)))
        #expect(pace.isTooSlow(received: 19_999, elapsed: .seconds(20)))
    }

    @Test func aRateOfNoneAsksForNothing() {
        #expect(!BodyPace(minimumBytesPerSecond: 0, grace: .zero).isTooSlow(received: 0, elapsed: .seconds(3_600)))
    }
}
