import FrameCodec

/// A second version of a stream, smaller or slower, made from the same decoded pictures: for walls of many cameras and
/// for phones.
///
/// As text it is `NAME=WIDTHxHEIGHT@FPS,qN`, for example `small=640x360@10,q60`. The rate and the quality may be left
/// out, and are then the stream's.
public struct Rendition: Hashable, Sendable {
    /// Of letters, digits, `_` and `-`.
    public let name: String
    /// The largest size of an image.
    public let size: OutputSize
    /// The most pictures a second; nil is the stream's own rate, which it never exceeds.
    public let frameRate: Double?
    /// 0 to 100; nil is the stream's own.
    public let quality: Float?

    /// The longest name.
    public static let maximumNameLength = 32

    /// A rendition from its text.
    ///
    /// - Throws: ``RenditionError``, which says which part cannot be read.
    public init(_ text: String) throws(RenditionError) {
        guard let equals = text.firstIndex(of: "=") else { throw RenditionError(text, "it has no = after a name") }
        name = String(text[..<equals])
        guard !name.isEmpty, name.utf8.count <= Rendition.maximumNameLength,
            name.utf8.allSatisfy(Rendition.isNameCharacter)
        else {
            throw RenditionError(
                text,
                "the name must be 1 to \(Rendition.maximumNameLength) of A-Z a-z 0-9 _ -, not \"\(name)\""
            )
        }
        var parts = text[text.index(after: equals)...].split(separator: ",", omittingEmptySubsequences: false)[...]
        var geometry = parts.removeFirst().split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false)[...]
        size = try Rendition.size(geometry.removeFirst(), of: text)
        frameRate = try geometry.popFirst().map { value throws(RenditionError) in
            guard let rate = Double(value), rate > 0, rate <= 240 else {
                throw RenditionError(text, "the rate must be above 0 and up to 240, not \"\(value)\"")
            }
            return rate
        }
        quality = try parts.popFirst().map { value throws(RenditionError) in
            guard value.first == "q", let number = Int(value.dropFirst()), (0...100).contains(number) else {
                throw RenditionError(text, "the quality must be q0 to q100, not \"\(value)\"")
            }
            return Float(number)
        }
        guard parts.isEmpty else { throw RenditionError(text, "nothing may follow the quality") }
    }

    private static func size(_ text: Substring, of whole: String) throws(RenditionError) -> OutputSize {
        let sides = text.split(separator: "x", omittingEmptySubsequences: false).map { Int($0) }
        let allowed = 16...PictureSize.webpLimit
        guard sides.count == 2, let width = sides[0], let height = sides[1], allowed.contains(width),
            allowed.contains(height)
        else {
            throw RenditionError(
                whole,
                "the size must be WIDTHxHEIGHT, each \(allowed.lowerBound) to \(allowed.upperBound), not \"\(text)\""
            )
        }
        return OutputSize(width: width, height: height)
    }

    private static func isNameCharacter(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"):
            true
        default: false
        }
    }
}

/// Why a text is no ``Rendition``.
public struct RenditionError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What was given, what is wrong with it, and what it should look like.
    public let description: String

    init(_ text: String, _ problem: String) {
        description =
            "the rendition \"\(text)\": \(problem); write it as NAME=WIDTHxHEIGHT@FPS,qN, "
            + "for example small=640x360@10,q60"
    }
}
