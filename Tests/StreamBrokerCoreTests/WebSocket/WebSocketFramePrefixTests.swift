import StreamBrokerCore
import Testing

@Suite struct WebSocketFramePrefixTests {
    // RFC 6455, section 5.2: the shortest form that holds the length.
    @Test(arguments: [
        (0, [UInt8(0x82), 0]), (125, [0x82, 125]), (126, [0x82, 126, 0, 126]), (65_535, [0x82, 126, 0xFF, 0xFF]),
        (65_536, [0x82, 127, 0, 0, 0, 0, 0, 1, 0, 0]),
    ])
    func usesTheShortestLength(_ length: Int, _ expected: [UInt8]) {
        var bytes: [UInt8] = []
        WebSocketFramePrefix.append(opcode: .binary, payloadLength: length, to: &bytes)
        #expect(bytes == expected)
    }

    @Test func cutsLongCloseReasonsAtACharacter() {
        let frame = WebSocketFramePrefix.closeFrame(.normal, reason: String(repeating: "ü", count: 100))
        #expect(frame.count == 2 + 2 + 122)
        #expect(String(validating: frame[4...], as: UTF8.self) == String(repeating: "ü", count: 61))
    }
}
