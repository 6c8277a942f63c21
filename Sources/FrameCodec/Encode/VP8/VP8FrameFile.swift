/// A VP8 keyframe in a WebP file: RIFF header (RFC 9649, sections 2.3 to 2.5), frame tag (RFC 6386, section 9.1), partitions.
struct VP8FrameFile {
    var size: PictureSize
    /// Bytes of the first partition, and of what follows it.
    var firstPartition: Int
    var rest: Int

    /// The first partition's length is a field of 19 bits.
    static let firstPartitionLimit = 1 << 19

    /// RIFF and chunk headers, frame tag, start code and size.
    static let headerCount = 12 + 8 + 10

    private var chunk: Int { 10 + firstPartition + rest }

    /// Bytes of the file. A chunk of odd length is followed by a zero.
    var count: Int { 20 + chunk + chunk % 2 }

    /// What stands before the first partition.
    var header: [UInt8] {
        // Bit 0: a keyframe. Bits 1 to 3: version 0. Bit 4: shown.
        let tag = 1 << 4 | firstPartition << 5
        return Array("RIFF".utf8) + littleEndian(count - 8, bytes: 4) + Array("WEBPVP8 ".utf8)
            + littleEndian(chunk, bytes: 4) + littleEndian(tag, bytes: 3) + [0x9D, 0x01, 0x2A]
            + littleEndian(size.width, bytes: 2) + littleEndian(size.height, bytes: 2)
    }

    private func littleEndian(_ value: Int, bytes: Int) -> [UInt8] {
        (0..<bytes).map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) }
    }
}
