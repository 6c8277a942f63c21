import StreamBrokerKit

/// Frames whose payload tells their number: a WebP by its structure, with the number and a filler behind the header.
enum TestFrames {
    static func webp(number: UInt32 = 0, byteCount: Int = 64) -> [UInt8] {
        precondition(byteCount >= 40 && byteCount % 2 == 0)
        func littleEndian(_ value: Int) -> [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) } }
        var data: [UInt8] = [0x10, 0, 0, 0x9D, 0x01, 0x2A, 16, 0, 16, 0]
        data += littleEndian(Int(number))
        data += [UInt8](repeating: UInt8(truncatingIfNeeded: number), count: byteCount - 20 - data.count)
        return Array("RIFF".utf8) + littleEndian(byteCount - 8) + Array("WEBPVP8 ".utf8) + littleEndian(data.count)
            + data
    }

    static func number(of webp: some RandomAccessCollection<UInt8>) -> UInt32 {
        let bytes = Array(webp.dropFirst(30).prefix(4))
        return bytes.reversed().reduce(0) { $0 << 8 | UInt32($1) }
    }

    static func isWhole(_ webp: some RandomAccessCollection<UInt8>) -> Bool {
        let filler = UInt8(truncatingIfNeeded: number(of: webp))
        return webp.dropFirst(34).allSatisfy { $0 == filler }
    }
}
