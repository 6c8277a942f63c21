/// Bounds-checked reads over an image file; every read outside it gives `nil`.
struct ImageBytes {
    let bytes: [UInt8]

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    var count: Int { bytes.count }

    func byte(_ offset: Int) -> UInt8? {
        bytes.indices.contains(offset) ? bytes[offset] : nil
    }

    func matches(_ text: StaticString, at offset: Int) -> Bool {
        let length = text.utf8CodeUnitCount
        guard offset >= 0, offset <= count - length else { return false }
        return text.withUTF8Buffer { pattern in
            bytes[offset..<offset + length].elementsEqual(pattern)
        }
    }

    func bigEndian16(_ offset: Int) -> Int? { bigEndian(offset, byteCount: 2) }
    func bigEndian32(_ offset: Int) -> Int? { bigEndian(offset, byteCount: 4) }
    func littleEndian16(_ offset: Int) -> Int? { littleEndian(offset, byteCount: 2) }
    func littleEndian24(_ offset: Int) -> Int? { littleEndian(offset, byteCount: 3) }
    func littleEndian32(_ offset: Int) -> Int? { littleEndian(offset, byteCount: 4) }

    private func bigEndian(_ offset: Int, byteCount: Int) -> Int? {
        guard offset >= 0, offset <= count - byteCount else { return nil }
        return (0..<byteCount).reduce(0) { $0 << 8 | Int(bytes[offset + $1]) }
    }

    private func littleEndian(_ offset: Int, byteCount: Int) -> Int? {
        guard offset >= 0, offset <= count - byteCount else { return nil }
        return (0..<byteCount).reversed().reduce(0) { $0 << 8 | Int(bytes[offset + $1]) }
    }
}
