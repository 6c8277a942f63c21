/// A WebP file by its structure, with a filler where the picture would be.
enum SampleImage {
    static func webp(byteCount: Int) -> [UInt8] {
        func littleEndian(_ value: Int) -> [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) } }
        var bytes = Array("RIFF".utf8) + littleEndian(byteCount - 8) + Array("WEBPVP8 ".utf8)
        bytes += littleEndian(byteCount - 20) + [0x10, 0, 0, 0x9D, 0x01, 0x2A, 16, 0, 16, 0]
        return bytes + [UInt8](repeating: 0xA5, count: byteCount - bytes.count)
    }
}
