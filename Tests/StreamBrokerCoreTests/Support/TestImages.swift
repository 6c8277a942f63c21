/// Small image files, made by hand so that every byte is known.
enum TestImages {
    /// A lossy WebP header with a payload of zeros: whole by its structure, never decoded here.
    static func webp(width: Int = 16, height: Int = 8, payload: Int = 20) -> [UInt8] {
        var data: [UInt8] = [0x10, 0x00, 0x00, 0x9D, 0x01, 0x2A]
        data += littleEndian(width, 2) + littleEndian(height, 2) + [UInt8](repeating: 0, count: payload)
        if data.count % 2 == 1 { data.append(0) }
        return riff(Array("VP8 ".utf8) + littleEndian(data.count, 4) + data)
    }

    static func losslessWebP(width: Int, height: Int) -> [UInt8] {
        let bits = (width - 1) | (height - 1) << 14
        let data: [UInt8] = [0x2F] + littleEndian(bits, 4) + [0]
        return riff(Array("VP8L".utf8) + littleEndian(data.count, 4) + data)
    }

    static func extendedWebP(width: Int, height: Int, chunks: [UInt8]) -> [UInt8] {
        let data: [UInt8] = [0, 0, 0, 0] + littleEndian(width - 1, 3) + littleEndian(height - 1, 3)
        return riff(Array("VP8X".utf8) + littleEndian(10, 4) + data + chunks)
    }

    static func riff(_ chunks: [UInt8]) -> [UInt8] {
        Array("RIFF".utf8) + littleEndian(chunks.count + 4, 4) + Array("WEBP".utf8) + chunks
    }

    static func jpeg(width: Int, height: Int) -> [UInt8] {
        let comment: [UInt8] = [0xFF, 0xFE, 0, 4, 65, 66]
        let frame: [UInt8] = [0xFF, 0xC0, 0, 11, 8] + bigEndian(height, 2) + bigEndian(width, 2) + [1, 1, 0x11, 0]
        return [0xFF, 0xD8] + comment + frame + [0xFF, 0xDA, 0, 2, 1, 2, 3, 0xFF, 0xD9]
    }

    static func png(width: Int, height: Int) -> [UInt8] {
        let signature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
        let header =
            bigEndian(13, 4) + Array("IHDR".utf8) + bigEndian(width, 4) + bigEndian(height, 4) + [8, 2, 0, 0, 0]
        return signature + header + bigEndian(0, 4) + bigEndian(0, 4) + Array("IEND".utf8) + bigEndian(0, 4)
    }

    static func avif(width: Int, height: Int) -> [UInt8] {
        let extents = box("ispe", [0, 0, 0, 0] + bigEndian(width, 4) + bigEndian(height, 4))
        let meta = box("meta", [0, 0, 0, 0] + box("iprp", box("ipco", extents)))
        return box("ftyp", Array("avif".utf8) + [0, 0, 0, 0] + Array("mif1".utf8)) + meta + box("mdat", [1, 2, 3])
    }

    static func box(_ kind: String, _ content: [UInt8]) -> [UInt8] {
        bigEndian(content.count + 8, 4) + Array(kind.utf8) + content
    }

    static func littleEndian(_ value: Int, _ count: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) }
    }

    static func bigEndian(_ value: Int, _ count: Int) -> [UInt8] {
        littleEndian(value, count).reversed()
    }
}
