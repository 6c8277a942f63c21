/// Reads a WebP file's dimensions (RFC 9649; key frame header of RFC 6386, section 9.1).
enum WebPHeader {
    private static let riffHeaderLength = 12
    private static let chunkHeaderLength = 8

    static func dimensions(of file: ImageBytes) throws(ImageError) -> ImageDimensions {
        guard let riffLength = file.littleEndian32(4), file.count >= riffHeaderLength else { throw .truncated(.webp) }
        guard file.matches("WEBP", at: 8) else { throw .notAnImage }
        guard riffLength + chunkHeaderLength <= file.count else { throw .truncated(.webp) }
        guard riffLength + chunkHeaderLength == file.count else {
            throw .malformed(
                .webp,
                detail: "the RIFF length says \(riffLength + chunkHeaderLength) bytes, the body has \(file.count)"
            )
        }
        guard let chunkLength = file.littleEndian32(16), file.count >= 20 else { throw .truncated(.webp) }
        guard chunkLength <= file.count - 20 else {
            throw .malformed(.webp, detail: "its first chunk is longer than the file")
        }
        if file.matches("VP8 ", at: 12) { return try lossy(file, chunkLength: chunkLength) }
        if file.matches("VP8L", at: 12) { return try lossless(file, chunkLength: chunkLength) }
        if file.matches("VP8X", at: 12) { return try extended(file, chunkLength: chunkLength) }
        throw .malformed(.webp, detail: "its first chunk is none of VP8, VP8L and VP8X")
    }

    private static func lossy(_ file: ImageBytes, chunkLength: Int) throws(ImageError) -> ImageDimensions {
        guard chunkLength >= 10, let tag = file.byte(20), let width = file.littleEndian16(26),
            let height = file.littleEndian16(28)
        else { throw .truncated(.webp) }
        guard tag & 1 == 0, file.byte(23) == 0x9D, file.byte(24) == 0x01, file.byte(25) == 0x2A else {
            throw .malformed(.webp, detail: "its VP8 data is not a key frame")
        }
        return ImageDimensions(width: width & 0x3FFF, height: height & 0x3FFF)
    }

    private static func lossless(_ file: ImageBytes, chunkLength: Int) throws(ImageError) -> ImageDimensions {
        guard chunkLength >= 5, let bits = file.littleEndian32(21) else { throw .truncated(.webp) }
        guard file.byte(20) == 0x2F else { throw .malformed(.webp, detail: "its VP8L signature is wrong") }
        return ImageDimensions(width: (bits & 0x3FFF) + 1, height: (bits >> 14 & 0x3FFF) + 1)
    }

    private static func extended(_ file: ImageBytes, chunkLength: Int) throws(ImageError) -> ImageDimensions {
        guard chunkLength >= 10, let width = file.littleEndian24(24), let height = file.littleEndian24(27) else {
            throw .truncated(.webp)
        }
        try checkChunks(file)
        return ImageDimensions(width: width + 1, height: height + 1)
    }

    /// An extended file is a list of chunks, padded to even lengths, that ends with the file and has a picture in it.
    private static func checkChunks(_ file: ImageBytes) throws(ImageError) {
        var offset = riffHeaderLength
        var hasImage = false
        while offset < file.count {
            guard let length = file.littleEndian32(offset + 4) else { throw .truncated(.webp) }
            guard length <= file.count - offset - chunkHeaderLength else {
                throw .malformed(.webp, detail: "a chunk is longer than the file")
            }
            if file.matches("VP8 ", at: offset) || file.matches("VP8L", at: offset) || file.matches("ANMF", at: offset)
            {
                hasImage = true
            }
            offset += chunkHeaderLength + length + length % 2
        }
        guard hasImage else { throw .malformed(.webp, detail: "it has no picture in it") }
    }
}
