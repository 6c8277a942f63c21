/// NAL unit types (ITU-T H.264, table 7-1).
enum NALType {
    static let instantaneousRefresh: UInt8 = 5
    static let sequenceParameters: UInt8 = 7

    /// Coded slices, data partitions included.
    static func isSlice(_ type: UInt8) -> Bool { (1...5).contains(type) }
}

/// The beginning of a slice header (ITU-T H.264, 7.3.3).
package struct SliceHeader: Equatable {
    package let firstMacroblock: Int
    /// Whether it is a B slice: then pictures come in another order than they are shown.
    package let isBidirectional: Bool

    /// Reads the beginning of a NAL unit that is a slice, its header byte included; nil when it is truncated.
    package init?(nalUnit: some Collection<UInt8>) {
        var reader = BitReader(payload: nalUnit.dropFirst())
        guard let first = reader.unsigned(), let type = reader.unsigned() else { return nil }
        firstMacroblock = first
        isBidirectional = type % 5 == 1
    }
}

/// The start code that libavformat's depacketizer puts in front of a NAL unit: 00 00 00 01.
enum StartCode {
    static let length = 4

    static func leads(_ bytes: some Collection<UInt8>) -> Bool { bytes.starts(with: [0, 0, 0, 1]) }

    /// Where start codes are. Emulation prevention keeps them out of NAL units.
    static func offsets(in bytes: some Collection<UInt8>) -> [Int] {
        var offsets: [Int] = []
        var zeros = 0
        for (offset, byte) in bytes.enumerated() {
            if byte == 0 {
                zeros += 1
            } else {
                if byte == 1 && zeros >= 3 { offsets.append(offset - 3) }
                zeros = 0
            }
        }
        return offsets
    }
}
