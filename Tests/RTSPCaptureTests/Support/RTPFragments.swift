/// What libavformat's H.264 depacketizer makes of the RTP packets of a NAL unit.
enum RTPFragments {
    /// Splits a NAL unit as RFC 6184 does into packets with at most `payload` bytes: one packet, or FU-A fragments,
    /// which lose the NAL unit's header byte and get two of their own.
    static func split(_ unit: [UInt8], payload: Int) -> [[UInt8]] {
        if unit.count <= payload { return [[0, 0, 0, 1] + unit] }
        return chunks(of: Array(unit.dropFirst()), size: payload - 2).enumerated().map { index, chunk in
            index == 0 ? [0, 0, 0, 1, unit[0]] + chunk : chunk
        }
    }

    static func chunks(of bytes: [UInt8], size: Int) -> [[UInt8]] {
        stride(from: 0, to: bytes.count, by: size).map { Array(bytes[$0..<min($0 + size, bytes.count)]) }
    }
}
