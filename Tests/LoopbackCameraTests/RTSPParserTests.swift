import LoopbackCamera
import NIOCore
import Testing

@Suite struct RTSPParserTests {
    private static let options = "OPTIONS rtsp://127.0.0.1/demo RTSP/1.0\r\nCSeq: 1\r\n\r\n"
    private static let parameter =
        "GET_PARAMETER * RTSP/1.0\r\ncseq:2\r\nContent-Length: 5\r\nSession:  ABC \r\n\r\nhello"

    /// Every input of `bytes`, handed over in pieces of `size`.
    private static func inputs(_ bytes: [UInt8], pieces size: Int) throws -> [RTSPParser.Input] {
        var parser = RTSPParser()
        var inputs: [RTSPParser.Input] = []
        for start in stride(from: 0, to: bytes.count, by: size) {
            parser.append(ByteBuffer(bytes: bytes[start..<min(start + size, bytes.count)]))
            while let input = try parser.next() { inputs.append(input) }
        }
        return inputs
    }

    @Test(arguments: [1, 2, 3, 7, 64, 100_000])
    func piecesOfAnySizeGiveTheSameInputs(size: Int) throws {
        // A packet may hold anything, an end of a head too.
        let packet: [UInt8] = [0x24, 1, 0, 6] + Array("\r\n\r\n$$".utf8)
        let bytes =
            Array(Self.options.utf8) + packet + Array("\r\n".utf8) + Array(Self.parameter.utf8) + [0x24, 0, 0, 0]
        let inputs = try Self.inputs(bytes, pieces: size)
        #expect(
            inputs == [
                .request(RTSPRequest(method: "OPTIONS", uri: "rtsp://127.0.0.1/demo", fields: [("CSeq", "1")])),
                .interleaved(channel: 1, payload: ByteBuffer(string: "\r\n\r\n$$")),
                .request(
                    RTSPRequest(
                        method: "GET_PARAMETER",
                        uri: "*",
                        fields: [("cseq", "2"), ("Content-Length", "5"), ("Session", "ABC")],
                        body: Array("hello".utf8)
                    )
                ),
                .interleaved(channel: 0, payload: ByteBuffer()),
            ]
        )
    }

    @Test func bareLineFeedsEndLines() throws {
        let inputs = try Self.inputs(Array("OPTIONS * RTSP/1.0\nCSeq: 1\n\n".utf8), pieces: 1)
        #expect(inputs == [.request(RTSPRequest(method: "OPTIONS", uri: "*", fields: [("CSeq", "1")]))])
    }

    @Test(arguments: [
        "GET / HTTP/1.1\r\n\r\n", "OPTIONS *\r\n\r\n", "OPTIONS  * RTSP/1.0\r\n\r\n", " OPTIONS * RTSP/1.0\r\n\r\n",
        "OPTIONS * RTSP/1.0\r\nCSeq\r\n\r\n", "OPTIONS * RTSP/1.0\r\n: 1\r\n\r\n",
        "OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n folded\r\n\r\n", "OPT\u{0}IONS", "\u{16}\u{3}\u{1}\u{2}",
        "OPTIONS * RTSP/1.0\r\nX: \u{e9}",
        "OPTIONS * RTSP/1.0\r\nContent-Length: +5\r\n\r\n", "OPTIONS * RTSP/1.0\r\nContent-Length: -1\r\n\r\n",
        "OPTIONS * RTSP/1.0\r\nContent-Length: 0x10\r\n\r\n", "RTSP/1.0 200 OK\r\n\r\n",
    ])
    func junkIsMalformed(text: String) {
        for size in [1, 1000] {
            #expect(throws: RTSPParser.Failure.malformed) { try Self.inputs(Array(text.utf8), pieces: size) }
        }
    }

    @Test func sizesAreBounded() {
        let long = "OPTIONS * RTSP/1.0\r\nX: " + String(repeating: "x", count: RTSPParser.headLimit)
        #expect(throws: RTSPParser.Failure.headTooLarge) { try Self.inputs(Array(long.utf8), pieces: 1000) }
        let many = "OPTIONS * RTSP/1.0\r\n" + String(repeating: "X: 1\r\n", count: 101) + "\r\n"
        #expect(throws: RTSPParser.Failure.headTooLarge) { try Self.inputs(Array(many.utf8), pieces: 1000) }
        for length in ["65537", "99999999999999999999", "18446744073709551615"] {
            let body = "OPTIONS * RTSP/1.0\r\nContent-Length: \(length)\r\n\r\n"
            #expect(throws: RTSPParser.Failure.bodyTooLarge) { try Self.inputs(Array(body.utf8), pieces: 1000) }
        }
    }
}
