/// The 2, 4 or 10 bytes that precede an unmasked, unfragmented payload (RFC 6455, section 5.2). A server masks nothing.
package enum WebSocketFramePrefix {
    package static let maximumLength = 10

    package static func append(opcode: WebSocketOpcode, payloadLength: Int, to bytes: inout [UInt8]) {
        bytes.append(0x80 | opcode.rawValue)
        switch payloadLength {
        case ..<126:
            bytes.append(UInt8(payloadLength))
        case ..<65_536:
            bytes.append(126)
            bytes.append(UInt8(truncatingIfNeeded: payloadLength >> 8))
            bytes.append(UInt8(truncatingIfNeeded: payloadLength))
        default:
            bytes.append(127)
            for shift in stride(from: 56, through: 0, by: -8) {
                bytes.append(UInt8(truncatingIfNeeded: payloadLength >> shift))
            }
        }
    }

    /// A whole unmasked frame with a short payload, for control frames and text.
    package static func frame(_ opcode: WebSocketOpcode, _ payload: some Collection<UInt8>) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(maximumLength + payload.count)
        append(opcode: opcode, payloadLength: payload.count, to: &bytes)
        bytes.append(contentsOf: payload)
        return bytes
    }

    /// A close frame (RFC 6455, section 5.5.1); the reason is cut to the 123 bytes that fit, at a character's border.
    package static func closeFrame(_ code: WebSocketCloseCode, reason: String) -> [UInt8] {
        var payload: [UInt8] = [UInt8(code.rawValue >> 8), UInt8(truncatingIfNeeded: code.rawValue)]
        for character in reason {
            guard payload.count + character.utf8.count <= 125 else { break }
            payload.append(contentsOf: character.utf8)
        }
        return frame(.close, payload)
    }
}
