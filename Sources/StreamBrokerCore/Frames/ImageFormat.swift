/// What a frame's bytes are, with the number that stands for it in the `stream-broker.v1` header.
public enum ImageFormat: UInt8, Sendable, Hashable, CaseIterable {
    case webp = 1
    case jpeg = 2
    case png = 3
    case avif = 4
    /// One H.264 access unit in Annex B form.
    case h264 = 16
    /// One H.265 access unit in Annex B form.
    case h265 = 17

    /// The media type for `Content-Type`.
    public var contentType: String {
        switch self {
        case .webp: "image/webp"
        case .jpeg: "image/jpeg"
        case .png: "image/png"
        case .avif: "image/avif"
        case .h264: "video/h264"
        case .h265: "video/h265"
        }
    }

    /// The usual file name extension, without the dot.
    public var fileExtension: String {
        switch self {
        case .webp: "webp"
        case .jpeg: "jpg"
        case .png: "png"
        case .avif: "avif"
        case .h264: "h264"
        case .h265: "h265"
        }
    }
}
