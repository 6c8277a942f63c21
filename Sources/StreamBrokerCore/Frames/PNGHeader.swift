/// Reads a PNG file's dimensions from its first chunk (W3C PNG, section 11.2.1).
enum PNGHeader {
    private static let signatureLength = 8

    static func dimensions(of file: ImageBytes) throws(ImageError) -> ImageDimensions {
        guard let length = file.bigEndian32(signatureLength), let width = file.bigEndian32(16),
            let height = file.bigEndian32(20)
        else { throw .truncated(.png) }
        guard file.matches("IHDR", at: 12), length == 13 else {
            throw .malformed(.png, detail: "its first chunk is not IHDR")
        }
        try checkChunks(file)
        return ImageDimensions(width: width, height: height)
    }

    private static func checkChunks(_ file: ImageBytes) throws(ImageError) {
        var offset = signatureLength
        while true {
            guard let length = file.bigEndian32(offset), offset + 12 <= file.count else { throw .truncated(.png) }
            guard length <= file.count - offset - 12 else { throw .truncated(.png) }
            if file.matches("IEND", at: offset + 4) { return }
            offset += 12 + length
        }
    }
}
