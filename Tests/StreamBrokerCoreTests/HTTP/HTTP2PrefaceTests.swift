import StreamBrokerCore
import Testing

/// How a connection of HTTP/2 is told from others (RFC 9113, section 3.4).
@Suite struct HTTP2PrefaceTests {
    static let preface = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)

    @Test func thePrefaceIsKnownHoweverItIsCut() {
        for first in 0...Self.preface.count {
            for second in first...Self.preface.count {
                var preface = HTTP2Preface()
                preface.receive(Self.preface[..<first])
                #expect(preface.verdict == (first == Self.preface.count ? .http2 : .undecided))
                preface.receive(Self.preface[first..<second])
                preface.receive(Self.preface[second...] + [0, 0, 0])
                #expect(preface.verdict == .http2)
            }
        }
    }

    @Test func oneOtherByteAnywhereMakesItSomethingElse() {
        for place in Self.preface.indices {
            for other in [UInt8(0), 0x20, 0x0A, 0xFF, Self.preface[place] ^ 0x20] where other != Self.preface[place] {
                var bytes = Self.preface
                bytes[place] = other
                var preface = HTTP2Preface()
                preface.receive(bytes[..<place])
                #expect(preface.verdict == .undecided)
                preface.receive(bytes[place...])
                #expect(preface.verdict == .other)
                preface.receive(Self.preface)
                #expect(preface.verdict == .other, "what was decided stays")
            }
        }
    }

    @Test(arguments: ["POST /ingest/a HTTP/1.1\r\n", "PUT", "PATCH", "GET", "PRI * HTTP/1.1\r\n", "\u{16}\u{3}\u{1}"])
    func otherBeginningsAreNone(_ text: String) {
        var preface = HTTP2Preface()
        preface.receive(text.utf8)
        #expect(preface.verdict == .other)
    }
}
