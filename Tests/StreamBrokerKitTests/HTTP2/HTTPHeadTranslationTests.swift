import NIOHPACK
import NIOHTTP1
import StreamBrokerKit
import Testing

/// The request that a header block of HTTP/2 means (RFC 9113, section 8.3.1).
@Suite struct HTTPHeadTranslationTests {
    static let pseudo: [(String, String)] = [
        (":method", "POST"), (":scheme", "https"), (":path", "/ingest/a?x=1"), (":authority", "cam.example:3090"),
    ]

    static func head(_ fields: [(String, String)] = [], hasBody: Bool = false) -> HTTPRequestHead {
        HTTPRequestHead(http2: HPACKHeaders(pseudo + fields), hasBody: hasBody)
    }

    @Test func methodTargetAndHostAreTheSame() {
        let head = Self.head([("x-frame-sequence", "7")])
        #expect(head.method == .POST && head.uri == "/ingest/a?x=1" && head.version.major == 2)
        #expect(head.headers["Host"] == ["cam.example:3090"])
        #expect(head.headers["X-Frame-Sequence"] == ["7"])
        #expect(!head.headers.contains { $0.name.hasPrefix(":") })
    }

    @Test func theSameHostTwiceIsOne() {
        #expect(Self.head([("host", "CAM.example:3090")]).headers["Host"].count == 1)
        #expect(Self.head([("host", "other.example")]).headers["Host"].count == 2)
    }

    @Test func aBodyWithoutALengthIsABody() {
        #expect(Self.head(hasBody: true).headers["Transfer-Encoding"] == ["chunked"])
        #expect(Self.head([("content-length", "5")], hasBody: true).headers["Transfer-Encoding"].isEmpty)
        #expect(Self.head().headers["Transfer-Encoding"].isEmpty)
    }

    @Test func cookiesAreOneField() {
        #expect(Self.head([("cookie", "a=1"), ("x", "y"), ("cookie", "b=2")]).headers["Cookie"] == ["a=1; b=2"])
    }
}
