import NIOCore
import StreamBrokerKit
import Testing

/// How the end of an HTTP/2 connection is seen in what is written.
@Suite struct HTTP2FrameHeadersTests {
    static func frame(_ type: UInt8, _ payload: [UInt8]) -> [UInt8] {
        let length = payload.count
        return [UInt8(length >> 16), UInt8(length >> 8 & 0xFF), UInt8(length & 0xFF), type, 0, 0, 0, 0, 1] + payload
    }

    static func goAway(_ code: UInt8) -> [UInt8] { frame(7, [0x7F, 0xFF, 0xFF, 0xFF, 0, 0, 0, code]) }

    @Test func aGoAwayWithAnErrorIsTheEnd() {
        var headers = HTTP2FrameHeaders()
        headers.written(ByteBuffer(bytes: Self.frame(4, []) + Self.frame(1, [1, 2, 3])))
        #expect(headers.endingErrorCode == nil)
        headers.written(ByteBuffer(bytes: Self.goAway(11)))
        #expect(headers.endingErrorCode == 11)
    }

    @Test func aFriendlyGoAwayIsNone() {
        var headers = HTTP2FrameHeaders()
        headers.written(ByteBuffer(bytes: Self.goAway(0)))
        #expect(headers.endingErrorCode == nil)
        headers.written(ByteBuffer(bytes: Self.goAway(1)))
        #expect(headers.endingErrorCode == 1)
    }

    @Test func aBodyThatLooksLikeOneIsNone() {
        // As the encoder writes it: the header, and the body in any pieces.
        let body = Self.goAway(1) + Self.goAway(2)
        let data = Self.frame(0, body)
        for cut in 9...data.count {
            var headers = HTTP2FrameHeaders()
            headers.written(ByteBuffer(bytes: data[..<cut]))
            headers.written(ByteBuffer(bytes: data[cut...]))
            #expect(headers.endingErrorCode == nil)
            headers.written(ByteBuffer(bytes: Self.goAway(3)))
            #expect(headers.endingErrorCode == 3)
        }
    }
}
