/// Reads an `ack` message in the form in which clients write it: one flat object of `type`, `stream` and `sequence`.
///
/// A viewer that acknowledges says this for every frame, and a general JSON decoder took as long for it as the whole delivery. Whatever
/// is not in this form is left to that decoder, which decides what is an error.
struct PlainAcknowledgement {
    private(set) var stream: ClientMessage.StreamReference?
    private(set) var sequence: UInt64 = 0

    /// `nil` when the text is something else, or an `ack` in another form.
    init?(_ text: String) {
        var text = text
        let parsed: PlainAcknowledgement? = text.withUTF8 { bytes in
            var reader = Reader(bytes: bytes[...])
            return Self.parse(&reader)
        }
        guard let parsed else { return nil }
        self = parsed
    }

    private init() {}

    private static func parse(_ reader: inout Reader) -> PlainAcknowledgement? {
        var result = PlainAcknowledgement()
        var hasType = false
        var hasSequence = false
        guard reader.take(UInt8(ascii: "{")) else { return nil }
        repeat {
            guard let key = reader.takeText(), reader.take(UInt8(ascii: ":")) else { return nil }
            if key.elementsEqual("type".utf8), !hasType {
                guard let type = reader.takeText(), type.elementsEqual("ack".utf8) else { return nil }
                hasType = true
            } else if key.elementsEqual("sequence".utf8), !hasSequence {
                guard let number = reader.takeNumber() else { return nil }
                result.sequence = number
                hasSequence = true
            } else if key.elementsEqual("stream".utf8), result.stream == nil {
                if let name = reader.takeText() {
                    result.stream = .name(String(decoding: name, as: UTF8.self))
                } else if let number = reader.takeNumber(), let index = Int(exactly: number) {
                    result.stream = .index(index)
                } else {
                    return nil
                }
            } else {
                return nil
            }
        } while reader.take(UInt8(ascii: ","))
        guard reader.take(UInt8(ascii: "}")), reader.isAtEnd, hasType, hasSequence else { return nil }
        return result
    }

    /// Takes tokens from the front, with any blanks before them.
    private struct Reader {
        var bytes: Slice<UnsafeBufferPointer<UInt8>>

        var isAtEnd: Bool {
            mutating get {
                skipBlanks()
                return bytes.isEmpty
            }
        }

        mutating func take(_ expected: UInt8) -> Bool {
            skipBlanks()
            guard bytes.first == expected else { return false }
            bytes.removeFirst()
            return true
        }

        /// A string of printable ASCII without escapes.
        mutating func takeText() -> Slice<UnsafeBufferPointer<UInt8>>? {
            skipBlanks()
            guard bytes.first == UInt8(ascii: "\"") else { return nil }
            let rest = bytes.dropFirst()
            guard let end = rest.firstIndex(where: { $0 == UInt8(ascii: "\"") }) else { return nil }
            let text = rest[..<end]
            guard text.allSatisfy({ (0x20..<0x7F).contains($0) && $0 != UInt8(ascii: "\\") }) else { return nil }
            bytes = rest[(end + 1)...]
            return text
        }

        /// A whole number without a sign, a point or a zero in front.
        mutating func takeNumber() -> UInt64? {
            skipBlanks()
            let digits = bytes.prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
            guard let first = digits.first, digits.count == 1 || first != UInt8(ascii: "0") else { return nil }
            var number: UInt64 = 0
            for digit in digits {
                let (tens, overflow) = number.multipliedReportingOverflow(by: 10)
                let (sum, carry) = tens.addingReportingOverflow(UInt64(digit - UInt8(ascii: "0")))
                guard !overflow, !carry else { return nil }
                number = sum
            }
            bytes = bytes[digits.endIndex...]
            return number
        }

        private mutating func skipBlanks() {
            while let byte = bytes.first, byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D {
                bytes.removeFirst()
            }
        }
    }
}
