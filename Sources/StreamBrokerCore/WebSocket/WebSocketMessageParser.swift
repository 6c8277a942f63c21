/// A server's reader of client frames: bytes in, whole messages out, every rule of RFC 6455 for clients checked.
///
/// A limit is enforced as soon as a length is known, before the bytes of it are kept.
package struct WebSocketMessageParser {
    package enum Message: Hashable, Sendable {
        case text(String)
        case binary([UInt8])
        case ping([UInt8])
        case pong([UInt8])
        case close(WebSocketCloseCode?, reason: String)
    }

    package struct Limits: Hashable, Sendable {
        /// The longest message in bytes, all fragments together.
        package var messageLength = 64 * 1024
        /// The most fragments of one message.
        package var fragments = 16
        /// Whether binary messages are taken at all.
        package var acceptsBinary = false

        package init() {}
    }

    private struct FrameHead {
        var isFinal: Bool
        var opcode: WebSocketOpcode
        var mask: (UInt8, UInt8, UInt8, UInt8)
        var payloadLength: Int
        var headLength: Int
    }

    private struct PartialMessage {
        var opcode: WebSocketOpcode
        var payload: [UInt8]
        var fragments: Int
    }

    private let limits: Limits
    private var buffer: [UInt8] = []
    private var consumed = 0
    private var partial: PartialMessage?
    /// Whether nothing more is read: a close frame came, a rule was broken, or the reader has had enough.
    private var isOver = false
    /// How many bytes came after that. They are not kept.
    package private(set) var discardedByteCount = 0

    package init(limits: Limits = Limits()) {
        self.limits = limits
    }

    /// How many bytes are kept for a frame that is not whole yet.
    package var bufferedByteCount: Int { buffer.count - consumed + (partial?.payload.count ?? 0) }

    package mutating func append(_ bytes: some Collection<UInt8>) {
        // Nothing is read after a close frame (section 5.5.1), nor after a broken rule (section 7.1.7).
        guard !isOver else {
            discardedByteCount += bytes.count
            return
        }
        if consumed > 0 {
            buffer.removeFirst(consumed)
            consumed = 0
        }
        buffer.append(contentsOf: bytes)
    }

    /// The next whole message; `nil` when more bytes are needed, or nothing is read any more.
    package mutating func next() throws(WebSocketViolation) -> Message? {
        do {
            while !isOver, let head = try parseHead() {
                guard buffer.count - consumed - head.headLength >= head.payloadLength else { return nil }
                let payload = takePayload(head)
                if let message = try accept(head, payload) { return message }
            }
            return nil
        } catch {
            stop()
            throw error
        }
    }

    /// Reads nothing more, and forgets what has come.
    package mutating func stop() {
        isOver = true
        buffer = []
        consumed = 0
        partial = nil
    }

    private func parseHead() throws(WebSocketViolation) -> FrameHead? {
        let available = buffer.count - consumed
        guard available >= 2 else { return nil }
        let first = buffer[consumed]
        let second = buffer[consumed + 1]
        guard first & 0x70 == 0 else { throw WebSocketViolation(.protocolError, "reserved bits are set") }
        guard let opcode = WebSocketOpcode(rawValue: first & 0x0F) else {
            throw WebSocketViolation(.protocolError, "the opcode is reserved")
        }
        guard second & 0x80 != 0 else { throw WebSocketViolation(.protocolError, "a client's frame must be masked") }
        let isFinal = first & 0x80 != 0
        try checkOrder(opcode: opcode, isFinal: isFinal)

        let shortLength = Int(second & 0x7F)
        let lengthBytes = shortLength == 126 ? 2 : shortLength == 127 ? 8 : 0
        if opcode.isControl, lengthBytes > 0 {
            throw WebSocketViolation(.protocolError, "a control frame is longer than 125 bytes")
        }
        guard available >= 2 + lengthBytes else { return nil }
        var length = UInt64(shortLength)
        if lengthBytes > 0 {
            length = buffer[consumed + 2..<consumed + 2 + lengthBytes].reduce(0) { $0 << 8 | UInt64($1) }
            guard length >> 63 == 0 else { throw WebSocketViolation(.protocolError, "the length's top bit is set") }
            guard length >= (lengthBytes == 2 ? 126 : 65_536) else {
                throw WebSocketViolation(.protocolError, "the length is not in its shortest form")
            }
        }
        let alreadyKept = opcode.isControl ? 0 : UInt64(partial?.payload.count ?? 0)
        guard opcode.isControl || length + alreadyKept <= UInt64(limits.messageLength) else {
            throw WebSocketViolation(.messageTooBig, "a message is longer than \(limits.messageLength) bytes")
        }
        let headLength = 2 + lengthBytes + 4
        guard available >= headLength else { return nil }
        let mask = consumed + headLength - 4
        return FrameHead(
            isFinal: isFinal,
            opcode: opcode,
            mask: (buffer[mask], buffer[mask + 1], buffer[mask + 2], buffer[mask + 3]),
            payloadLength: Int(length),
            headLength: headLength
        )
    }

    private func checkOrder(opcode: WebSocketOpcode, isFinal: Bool) throws(WebSocketViolation) {
        switch opcode {
        case .close, .ping, .pong:
            guard isFinal else { throw WebSocketViolation(.protocolError, "a control frame is fragmented") }
        case .continuation:
            guard let partial else { throw WebSocketViolation(.protocolError, "there is nothing to continue") }
            guard partial.fragments < limits.fragments else {
                throw WebSocketViolation(.messageTooBig, "a message has more than \(limits.fragments) fragments")
            }
        case .text, .binary:
            guard partial == nil else {
                throw WebSocketViolation(.protocolError, "a message begins before the one before it has ended")
            }
            guard opcode == .text || limits.acceptsBinary else {
                throw WebSocketViolation(.unsupportedData, "binary messages are not taken")
            }
        }
    }

    private mutating func takePayload(_ head: FrameHead) -> [UInt8] {
        let start = consumed + head.headLength
        var payload = Array(buffer[start..<start + head.payloadLength])
        consumed = start + head.payloadLength
        let mask = [head.mask.0, head.mask.1, head.mask.2, head.mask.3]
        for index in payload.indices { payload[index] ^= mask[index & 3] }
        return payload
    }

    private mutating func accept(_ head: FrameHead, _ payload: [UInt8]) throws(WebSocketViolation) -> Message? {
        switch head.opcode {
        case .ping: return .ping(payload)
        case .pong: return .pong(payload)
        case .close:
            isOver = true
            return try close(payload)
        case .text, .binary:
            guard !head.isFinal else { return try message(head.opcode, payload) }
            partial = PartialMessage(opcode: head.opcode, payload: payload, fragments: 1)
            return nil
        case .continuation:
            partial?.payload.append(contentsOf: payload)
            partial?.fragments += 1
            guard head.isFinal, let whole = partial else { return nil }
            partial = nil
            return try message(whole.opcode, whole.payload)
        }
    }

    private func message(_ opcode: WebSocketOpcode, _ payload: [UInt8]) throws(WebSocketViolation) -> Message {
        guard opcode == .text else { return .binary(payload) }
        guard let text = String(validating: payload, as: UTF8.self) else {
            throw WebSocketViolation(.invalidPayload, "a text message is not UTF-8")
        }
        return .text(text)
    }

    private func close(_ payload: [UInt8]) throws(WebSocketViolation) -> Message {
        guard !payload.isEmpty else { return .close(nil, reason: "") }
        guard payload.count >= 2 else { throw WebSocketViolation(.protocolError, "a close frame has half a code") }
        let code = WebSocketCloseCode(rawValue: UInt16(payload[0]) << 8 | UInt16(payload[1]))
        guard code.mayBeSent else { throw WebSocketViolation(.protocolError, "the close code is reserved") }
        guard let reason = String(validating: payload[2...], as: UTF8.self) else {
            throw WebSocketViolation(.invalidPayload, "a close reason is not UTF-8")
        }
        return .close(code, reason: reason)
    }
}
