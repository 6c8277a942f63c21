/// Reads a JPEG file's dimensions from its frame header (ITU-T T.81, annex B).
enum JPEGHeader {
    static func dimensions(of file: ImageBytes) throws(ImageError) -> ImageDimensions {
        var offset = 2
        while true {
            guard file.byte(offset) == 0xFF else {
                if offset >= file.count { throw .truncated(.jpeg) }
                throw .malformed(.jpeg, detail: "a marker is missing")
            }
            while file.byte(offset) == 0xFF { offset += 1 }  // fill bytes may precede a marker (B.1.1.2)
            guard let marker = file.byte(offset) else { throw .truncated(.jpeg) }
            offset += 1
            switch marker {
            case 0x01, 0xD0...0xD7:  // TEM and RSTn stand alone
                continue
            case 0xD8:
                throw .malformed(.jpeg, detail: "it starts twice")
            case 0xD9, 0xDA:
                throw .malformed(.jpeg, detail: "it has no frame header")
            case 0xC0...0xC3, 0xC5...0xC7, 0xC9...0xCB, 0xCD...0xCF:
                guard let height = file.bigEndian16(offset + 3), let width = file.bigEndian16(offset + 5) else {
                    throw .truncated(.jpeg)
                }
                guard endsWithEndOfImage(file) else { throw .truncated(.jpeg) }
                return ImageDimensions(width: width, height: height)
            default:
                guard let length = file.bigEndian16(offset) else { throw .truncated(.jpeg) }
                guard length >= 2 else {
                    throw .malformed(.jpeg, detail: "a segment is shorter than its own length field")
                }
                offset += length
            }
        }
    }

    /// Cameras pad their files: zeros and fill bytes may follow the end-of-image marker.
    private static func endsWithEndOfImage(_ file: ImageBytes) -> Bool {
        var end = file.count
        while end > 2, file.bytes[end - 1] == 0 || file.bytes[end - 1] == 0xFF { end -= 1 }
        return end > 3 && file.bytes[end - 2] == 0xFF && file.bytes[end - 1] == 0xD9
    }
}
