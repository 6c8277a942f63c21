/// Reads the bits of an H.264 RBSP, highest first, skipping emulation prevention bytes (ITU-T H.264, 7.3.1 and 9.1).
struct BitReader {
    private let bytes: [UInt8]
    private var position = 0

    /// - Parameter payload: the bytes after a NAL unit's header.
    init(payload: some Sequence<UInt8>) {
        var bytes: [UInt8] = []
        var zeros = 0
        for byte in payload {
            if zeros >= 2 && byte == 3 {
                zeros = 0
                continue
            }
            zeros = byte == 0 ? zeros + 1 : 0
            bytes.append(byte)
        }
        self.bytes = bytes
    }

    /// `u(count)`, or nil past the end.
    mutating func bits(_ count: Int) -> Int? {
        guard position + count <= bytes.count * 8 else { return nil }
        var value = 0
        for _ in 0..<count {
            value = value << 1 | Int(bytes[position >> 3] >> UInt8(7 - position & 7) & 1)
            position += 1
        }
        return value
    }

    /// `ue(v)`: an unsigned Exp-Golomb code, or nil past the end or beyond 32 bits.
    mutating func unsigned() -> Int? {
        var zeros = 0
        while let bit = bits(1) {
            if bit == 1 { return bits(zeros).map { (1 << zeros) - 1 + $0 } }
            zeros += 1
            if zeros > 32 { return nil }
        }
        return nil
    }
}
