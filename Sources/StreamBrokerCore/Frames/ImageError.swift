/// Why bytes are not accepted as an image.
public enum ImageError: Error, Hashable, Sendable, CustomStringConvertible {
    /// There are no bytes.
    case empty
    /// The first bytes are not those of WebP, JPEG, PNG or AVIF.
    case notAnImage
    /// The file ends before its own structure does.
    case truncated(ImageFormat)
    /// The file contradicts itself.
    case malformed(ImageFormat, detail: String)
    /// Width or height is 0.
    case zeroDimensions
    /// The picture has more pixels than allowed.
    case dimensionsTooLarge(ImageDimensions, maximum: ImageDimensions)

    /// A sentence that says what is wrong.
    public var description: String {
        switch self {
        case .empty: "the body is empty"
        case .notAnImage: "the body is not a WebP, JPEG, PNG or AVIF image"
        case .truncated(let format): "the \(format) image is truncated"
        case .malformed(let format, let detail): "the \(format) image is malformed: \(detail)"
        case .zeroDimensions: "the image says that its width or height is 0"
        case .dimensionsTooLarge(let found, let maximum):
            "the image says \(found.width)x\(found.height) pixels, above the limit of \(maximum.width)x\(maximum.height)"
        }
    }

    /// What to do about it.
    public var hint: String {
        switch self {
        case .empty: "send one whole image as the request body, for example curl --data-binary @picture.webp"
        case .notAnImage: "send one whole WebP, JPEG, PNG or AVIF file as the body; the format is told by its bytes"
        case .truncated, .malformed, .zeroDimensions: "send the file exactly as the encoder wrote it"
        case .dimensionsTooLarge: "scale the picture down, or raise the broker's limit"
        }
    }
}
