/// Reads an AVIF file's dimensions from its image spatial extents (ISO/IEC 23008-12, 6.5.3; boxes of ISO/IEC 14496-12, 4.2).
enum AVIFHeader {
    static func dimensions(of file: ImageBytes) throws(ImageError) -> ImageDimensions {
        let top = try boxes(of: file, in: 0..<file.count)
        guard let type = top.first, type.isKind("ftyp", in: file), hasImageBrand(file, type.content) else {
            throw .notAnImage
        }
        guard let meta = top.first(where: { $0.isKind("meta", in: file) }), meta.content.count >= 4 else {
            throw .malformed(.avif, detail: "it has no meta box")
        }
        guard top.contains(where: { $0.isKind("mdat", in: file) }) || holdsItsOwnData(file, meta) else {
            throw .truncated(.avif)
        }
        // A full box: four bytes of version and flags come first.
        let properties = try child("iprp", of: meta.content.lowerBound + 4..<meta.content.upperBound, in: file)
        let container = try child("ipco", of: properties.content, in: file)
        // Thumbnails and alpha planes have extents of their own: the largest is the picture.
        var largest: ImageDimensions?
        for box in try boxes(of: file, in: container.content) where box.isKind("ispe", in: file) {
            guard let width = file.bigEndian32(box.content.lowerBound + 4),
                let height = file.bigEndian32(box.content.lowerBound + 8), box.content.count >= 12
            else { throw .truncated(.avif) }
            // Unsigned: two sides of 32 bits can make 64 bits of pixels.
            if UInt(width) * UInt(height) >= (largest.map { UInt($0.width) * UInt($0.height) } ?? 0) {
                largest = ImageDimensions(width: width, height: height)
            }
        }
        guard let largest else { throw .malformed(.avif, detail: "it does not say how large it is") }
        return largest
    }

    private struct Box {
        let kindOffset: Int
        let content: Range<Int>

        func isKind(_ kind: StaticString, in file: ImageBytes) -> Bool { file.matches(kind, at: kindOffset) }
    }

    /// A small picture may stand inside the meta box instead of behind it (ISO/IEC 14496-12, 8.11.11).
    private static func holdsItsOwnData(_ file: ImageBytes, _ meta: Box) -> Bool {
        let children = try? boxes(of: file, in: meta.content.lowerBound + 4..<meta.content.upperBound)
        return children?.contains { $0.isKind("idat", in: file) } ?? false
    }

    private static func child(
        _ kind: StaticString,
        of range: Range<Int>,
        in file: ImageBytes
    ) throws(ImageError) -> Box {
        for box in try boxes(of: file, in: range) where box.isKind(kind, in: file) { return box }
        throw .malformed(.avif, detail: "it has no \(kind) box")
    }

    private static func boxes(of file: ImageBytes, in range: Range<Int>) throws(ImageError) -> [Box] {
        var found: [Box] = []
        var offset = range.lowerBound
        while offset < range.upperBound {
            guard let shortLength = file.bigEndian32(offset), offset + 8 <= range.upperBound else {
                throw .truncated(.avif)
            }
            var headerLength = 8
            var length = shortLength
            if shortLength == 0 {
                length = range.upperBound - offset
            } else if shortLength == 1 {
                guard let high = file.bigEndian32(offset + 8), let low = file.bigEndian32(offset + 12) else {
                    throw .truncated(.avif)
                }
                guard high == 0 else { throw .malformed(.avif, detail: "a box is longer than 4 GiB") }
                headerLength = 16
                length = low
            }
            guard length >= headerLength else { throw .malformed(.avif, detail: "a box is shorter than its header") }
            guard length <= range.upperBound - offset else { throw .truncated(.avif) }
            found.append(Box(kindOffset: offset + 4, content: offset + headerLength..<offset + length))
            offset += length
        }
        return found
    }

    private static func hasImageBrand(_ file: ImageBytes, _ content: Range<Int>) -> Bool {
        stride(from: content.lowerBound, to: content.upperBound - 3, by: 4).contains { offset in
            file.matches("avif", at: offset) || file.matches("avis", at: offset)
        }
    }
}
