/// Frames that look like WebP to a broker and tell a viewer when they were published, which they are, and whether they are whole.
///
/// | offset | size | content |
/// |---|---|---|
/// | 0 | 30 | RIFF, VP8 chunk and key frame header of a 16 × 16 picture |
/// | 30 | 8 | publish time, Unix µs, big-endian |
/// | 38 | 8 | sequence, big-endian |
/// | 46 | … | filler |
/// | end − 8 | 8 | the sequence again: a frame whose two sequences differ is torn |
enum SyntheticFrame {
    static let minimumLength = 64
    static let timeOffset = 30
    static let sequenceOffset = 38

    /// A frame without its time and sequence; an odd length is made even, as RIFF asks.
    static func template(byteCount: Int) -> [UInt8] {
        let length = max(minimumLength, byteCount & ~1)
        func littleEndian(_ value: Int) -> [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) } }
        var bytes = Array("RIFF".utf8) + littleEndian(length - 8) + Array("WEBPVP8 ".utf8) + littleEndian(length - 20)
        bytes += [0x10, 0, 0, 0x9D, 0x01, 0x2A, 16, 0, 16, 0]
        bytes += [UInt8](repeating: 0xA5, count: length - bytes.count)
        return bytes
    }

    static func stamp(_ frame: inout [UInt8], time: Int64, sequence: UInt64) {
        write(UInt64(bitPattern: time), into: &frame, at: timeOffset)
        write(sequence, into: &frame, at: sequenceOffset)
        write(sequence, into: &frame, at: frame.count - 8)
    }

    private static func write(_ value: UInt64, into frame: inout [UInt8], at offset: Int) {
        for index in 0..<8 { frame[offset + index] = UInt8(truncatingIfNeeded: value >> UInt64(56 - index * 8)) }
    }
}
