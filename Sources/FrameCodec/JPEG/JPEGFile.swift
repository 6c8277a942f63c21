/// What a camera's JPEG file says of itself (ITU-T T.81, annex B), read without decoding it.
package enum JPEGFile {
    /// The size of the picture, or nil when the bytes are no complete file that every decoder can show: when it is cut off, has no
    /// frame header, or leaves out its Huffman tables, as some cameras and AVI files do.
    package static func size(of file: UnsafeBufferPointer<UInt8>) -> PictureSize? {
        guard file.count > 4, file[0] == 0xFF, file[1] == 0xD8, hasEnd(file) else { return nil }
        var offset = 2
        var size: PictureSize?
        var hasTables = false
        while offset + 4 <= file.count {
            guard file[offset] == 0xFF else { return nil }
            let marker = file[offset + 1]
            switch marker {
            case 0xFF:  // A fill byte before a marker (B.1.1.2).
                offset += 1
                continue
            case 0x01, 0xD0...0xD7:  // TEM and RSTn stand alone.
                offset += 2
                continue
            case 0xDA: return hasTables ? size : nil
            case 0xD8, 0xD9: return nil
            case 0xC0...0xC3, 0xC5...0xC7, 0xC9...0xCB, 0xCD...0xCF:
                guard size == nil, offset + 9 <= file.count else { return nil }
                size = PictureSize(width: number(file, offset + 7), height: number(file, offset + 5))
                guard size != nil else { return nil }
                // Arithmetic coding has no Huffman tables; no browser shows it.
                if marker >= 0xC9 { return nil }
            case 0xC4: hasTables = true
            default: break
            }
            let length = number(file, offset + 2)
            guard length >= 2 else { return nil }
            offset += 2 + length
        }
        return nil
    }

    private static func number(_ file: UnsafeBufferPointer<UInt8>, _ offset: Int) -> Int {
        Int(file[offset]) << 8 | Int(file[offset + 1])
    }

    /// Cameras pad their files: zeros and fill bytes may follow the end of the image.
    private static func hasEnd(_ file: UnsafeBufferPointer<UInt8>) -> Bool {
        var end = file.count
        while end > 4, file[end - 1] == 0 || file[end - 1] == 0xFF { end -= 1 }
        return file[end - 2] == 0xFF && file[end - 1] == 0xD9
    }
}
