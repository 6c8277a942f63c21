import SeededRandom
import StreamBrokerCore
import Testing

@Suite struct WebSocketMessageParserTests {
    typealias Message = WebSocketMessageParser.Message

    /// A masked client frame; `first` is FIN, reserved bits and opcode.
    static func frame(_ first: UInt8, _ payload: [UInt8], length: [UInt8]? = nil, isMasked: Bool = true) -> [UInt8] {
        let mask: [UInt8] = [0x37, 0xFA, 0x21, 0x3D]
        var bytes = [first]
        let maskBit: UInt8 = isMasked ? 0x80 : 0
        if let length {
            bytes += [maskBit | length[0]] + length.dropFirst()
        } else if payload.count < 126 {
            bytes.append(maskBit | UInt8(payload.count))
        } else if payload.count < 65_536 {
            bytes += [maskBit | 126] + TestImages.bigEndian(payload.count, 2)
        } else {
            bytes += [maskBit | 127] + TestImages.bigEndian(payload.count, 8)
        }
        guard isMasked else { return bytes + payload }
        return bytes + mask + payload.enumerated().map { $1 ^ mask[$0 & 3] }
    }

    static func text(_ text: String) -> [UInt8] { frame(0x81, Array(text.utf8)) }

    private func messages(
        _ bytes: [UInt8],
        chunk: Int? = nil,
        limits: WebSocketMessageParser.Limits = .init()
    ) throws -> [Message] {
        var parser = WebSocketMessageParser(limits: limits)
        var found: [Message] = []
        var rest = bytes[...]
        while !rest.isEmpty {
            let piece = rest.prefix(chunk ?? rest.count)
            rest = rest.dropFirst(piece.count)
            parser.append(piece)
            while let message = try parser.next() { found.append(message) }
        }
        return found
    }

    private func violation(_ bytes: [UInt8], limits: WebSocketMessageParser.Limits = .init()) -> WebSocketCloseCode? {
        do {
            _ = try messages(bytes, limits: limits)
            return nil
        } catch let error as WebSocketViolation {
            return error.closeCode
        } catch {
            return nil
        }
    }

    @Test(arguments: [1, 2, 3, 7, nil]) func sameMessagesHoweverTheBytesCome(chunk: Int?) throws {
        let bytes =
            Self.text("Hello") + Self.frame(0x89, [1, 2]) + Self.frame(0x01, Array("Grüße, ".utf8))
            + Self.frame(0x8A, []) + Self.frame(0x00, Array("Wel".utf8)) + Self.frame(0x80, Array("t".utf8))
            + Self.text(String(repeating: "x", count: 300)) + Self.frame(0x88, [0x03, 0xE8] + Array("bye".utf8))
        #expect(
            try messages(bytes, chunk: chunk) == [
                .text("Hello"), .ping([1, 2]), .pong([]), .text("Grüße, Welt"),
                .text(String(repeating: "x", count: 300)), .close(.normal, reason: "bye"),
            ]
        )
    }

    @Test func aCharacterMayBeSplitBetweenFragments() throws {
        let euro = Array("€".utf8)
        #expect(try messages(Self.frame(0x01, [euro[0]]) + Self.frame(0x80, Array(euro[1...]))) == [.text("€")])
    }

    // RFC 6455, section 5.1: a client's frame must be masked.
    @Test func refusesUnmaskedFrames() {
        #expect(violation(Self.frame(0x81, [65], isMasked: false)) == .protocolError)
    }

    // Section 5.2.
    @Test(arguments: [UInt8(0xC1), 0xA1, 0x91]) func refusesReservedBits(_ first: UInt8) {
        #expect(violation(Self.frame(first, [65])) == .protocolError)
    }

    @Test(arguments: [UInt8(0x83), 0x87, 0x8B, 0x8F]) func refusesReservedOpcodes(_ first: UInt8) {
        #expect(violation(Self.frame(first, [])) == .protocolError)
    }

    // Section 5.5.
    @Test func refusesFragmentedOrLongControlFrames() {
        #expect(violation(Self.frame(0x09, [])) == .protocolError)
        #expect(violation(Self.frame(0x89, [UInt8](repeating: 0, count: 126))) == .protocolError)
    }

    // Section 5.4.
    @Test func refusesFragmentsOutOfOrder() {
        #expect(violation(Self.frame(0x80, [65])) == .protocolError)
        #expect(violation(Self.frame(0x01, [65]) + Self.frame(0x81, [65])) == .protocolError)
    }

    @Test func refusesLengthsBeforeTheirBytesCome() {
        let topBit: [UInt8] = [127, 0x80, 0, 0, 0, 0, 0, 0, 0]
        let all: [UInt8] = [127] + [UInt8](repeating: 0xFF, count: 8)
        let huge: [UInt8] = [127, 0x40, 0, 0, 0, 0, 0, 0, 0]
        let large: [UInt8] = [127, 0, 0, 0, 0, 0x80, 0, 0, 0]
        #expect(violation(Self.frame(0x81, [], length: topBit)) == .protocolError)
        #expect(violation(Self.frame(0x81, [], length: all)) == .protocolError)
        #expect(violation(Self.frame(0x81, [], length: huge)) == .messageTooBig)
        #expect(violation(Self.frame(0x81, [], length: large)) == .messageTooBig)
        #expect(violation(Self.frame(0x81, [], length: [126, 0, 5])) == .protocolError, "not the shortest form")
    }

    @Test func limitsMessagesAndFragments() {
        #expect(violation(Self.frame(0x81, [UInt8](repeating: 65, count: 65_536))) == nil)
        #expect(violation(Self.frame(0x81, [UInt8](repeating: 65, count: 65_537))) == .messageTooBig)
        let half = [UInt8](repeating: 65, count: 40_000)
        #expect(violation(Self.frame(0x01, half) + Self.frame(0x80, half)) == .messageTooBig)
        let fragments = Self.frame(0x01, []) + (0..<15).flatMap { _ in Self.frame(0x00, []) }
        #expect(violation(fragments) == nil)
        #expect(violation(fragments + Self.frame(0x00, [])) == .messageTooBig)
    }

    @Test func binaryOnlyWhereItIsTaken() throws {
        #expect(violation(Self.frame(0x82, [1])) == .unsupportedData)
        var limits = WebSocketMessageParser.Limits()
        limits.acceptsBinary = true
        #expect(try messages(Self.frame(0x82, [1, 2]), limits: limits) == [.binary([1, 2])])
    }

    // Section 8.1.
    @Test(arguments: [
        [UInt8](arrayLiteral: 0xFF), [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xE2, 0x82],
    ])
    func refusesWhatIsNotUTF8(_ bytes: [UInt8]) {
        #expect(violation(Self.frame(0x81, bytes)) == .invalidPayload)
        #expect(violation(Self.frame(0x88, [0x03, 0xE8] + bytes)) == .invalidPayload)
    }

    // Sections 5.5.1 and 7.4.
    @Test(arguments: [UInt16(0), 999, 1004, 1005, 1006, 1015, 1016, 2999, 5000, 65_535])
    func refusesReservedCloseCodes(_ code: UInt16) {
        #expect(violation(Self.frame(0x88, TestImages.bigEndian(Int(code), 2))) == .protocolError)
    }

    @Test func refusesHalfACloseCode() {
        #expect(violation(Self.frame(0x88, [3])) == .protocolError)
    }

    @Test func readsNothingAfterAClose() throws {
        #expect(try messages(Self.frame(0x88, []) + [0xFF, 0xFF, 0xFF]) == [.close(nil, reason: "")])
    }

    @Test func keepsNothingAfterABrokenRule() throws {
        var parser = WebSocketMessageParser()
        parser.append(Self.frame(0x83, []) + Self.frame(0x89, []))
        #expect(throws: WebSocketViolation.self) { try parser.next() }
        #expect(parser.bufferedByteCount == 0)
        parser.append(Self.frame(0x89, [1, 2, 3]))
        #expect(try parser.next() == nil)
        #expect(parser.bufferedByteCount == 0 && parser.discardedByteCount == 9)
    }

    @Test func survivesRandomBytes() {
        var random = SeededRandom(seed: 42)
        for _ in 0..<5_000 {
            let bytes = (0..<Int.random(in: 1...64, using: &random)).map { _ in
                UInt8.random(in: 0...255, using: &random)
            }
            var parser = WebSocketMessageParser()
            parser.append(bytes)
            while let message = try? parser.next() { _ = message }
            #expect(parser.bufferedByteCount <= bytes.count)
        }
    }
}
