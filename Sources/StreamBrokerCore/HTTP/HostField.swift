/// The `Host` field's value: a name or an address, and perhaps a port (RFC 9110, section 7.2; RFC 3986, section 3.2.2).
package enum HostField {
    /// Whether the value names a host. An empty one does not: every address of this server has an authority.
    package static func isValid(_ value: String) -> Bool {
        let bytes = Array(value.utf8)
        guard bytes.first == UInt8(ascii: "[") else {
            let parts = bytes.split(separator: UInt8(ascii: ":"), maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = parts.first, !name.isEmpty, name.allSatisfy(isOfName) else { return false }
            return parts.count < 2 || isPort(parts[1])
        }
        guard let end = bytes.firstIndex(of: UInt8(ascii: "]")), end > 1, bytes[1..<end].allSatisfy(isOfAddress) else {
            return false
        }
        let rest = bytes[(end + 1)...]
        return rest.isEmpty || (rest.first == UInt8(ascii: ":") && isPort(rest.dropFirst()))
    }

    private static func isPort(_ digits: ArraySlice<UInt8>) -> Bool {
        digits.isEmpty || (digits.allSatisfy(isDigit) && UInt16(String(decoding: digits, as: UTF8.self)) != nil)
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

    /// `reg-name` without the comma, which would be two values in one.
    private static func isOfName(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
        default: isDigit(byte) || "-._~%!$&'()*+;=".utf8.contains(byte)
        }
    }

    private static func isOfAddress(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "f"), UInt8(ascii: "A")...UInt8(ascii: "F"): true
        default: isDigit(byte) || ":.".utf8.contains(byte)
        }
    }
}
