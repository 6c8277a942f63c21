/// The little of an H.264 sequence parameter set that low delay depends on (ITU-T H.264, 7.3.2.1.1).
package struct H264SequenceParameters: Equatable {
    /// `frame_mbs_only_flag`: no picture consists of fields.
    package let isProgressive: Bool

    /// Reads a NAL unit of type 7, its header byte included; nil when it is truncated or makes no sense.
    package init?(nalUnit: some Collection<UInt8>) {
        guard let header = nalUnit.first, header & 0x1F == 7 else { return nil }
        var reader = BitReader(payload: nalUnit.dropFirst())
        guard let profile = reader.bits(8), reader.bits(16) != nil, reader.unsigned() != nil else { return nil }
        if H264SequenceParameters.profilesWithChromaFormat.contains(profile), !reader.skipChromaFormat() { return nil }
        guard reader.unsigned() != nil, let orderCountType = reader.unsigned(),
            reader.skipPictureOrderCount(type: orderCountType),
            // max_num_ref_frames, gaps_in_frame_num_value_allowed_flag, width and height in macroblocks.
            reader.unsigned() != nil, reader.bits(1) != nil, reader.unsigned() != nil, reader.unsigned() != nil,
            let frameMacroblocksOnly = reader.bits(1)
        else { return nil }
        isProgressive = frameMacroblocksOnly == 1
    }

    /// Whether parameter sets with start codes, as a session description gives them, have one with pictures made of
    /// fields.
    package static func mayInterlace(_ parameterSets: [UInt8]) -> Bool {
        StartCode.offsets(in: parameterSets).contains { offset in
            H264SequenceParameters(nalUnit: parameterSets[(offset + StartCode.length)...])?.isProgressive == false
        }
    }

    private static let profilesWithChromaFormat: Set<Int> = [
        100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135,
    ]
}

extension BitReader {
    /// `chroma_format_idc` to the scaling matrix.
    fileprivate mutating func skipChromaFormat() -> Bool {
        guard let format = unsigned() else { return false }
        if format == 3, bits(1) == nil { return false }
        // bit_depth_luma_minus8, bit_depth_chroma_minus8, qpprime_y_zero_transform_bypass_flag.
        guard unsigned() != nil, unsigned() != nil, bits(1) != nil, let hasMatrix = bits(1) else { return false }
        guard hasMatrix == 1 else { return true }
        for list in 0..<(format == 3 ? 12 : 8) {
            guard let isPresent = bits(1) else { return false }
            if isPresent == 1, !skipScalingList(count: list < 6 ? 16 : 64) { return false }
        }
        return true
    }

    private mutating func skipScalingList(count: Int) -> Bool {
        var (last, next) = (8, 8)
        for _ in 0..<count {
            if next != 0 {
                guard let delta = signed() else { return false }
                next = (last + delta + 256) & 255
            }
            if next != 0 { last = next }
        }
        return true
    }

    fileprivate mutating func skipPictureOrderCount(type: Int) -> Bool {
        switch type {
        case 0: return unsigned() != nil
        case 1:
            guard bits(1) != nil, signed() != nil, signed() != nil, let cycle = unsigned(), cycle < 256 else {
                return false
            }
            for _ in 0..<cycle where signed() == nil { return false }
            return true
        case 2: return true
        default: return false
        }
    }

    /// `se(v)`.
    private mutating func signed() -> Int? {
        unsigned().map { $0 & 1 == 1 ? ($0 + 1) / 2 : -$0 / 2 }
    }
}
