/// What an encoder is made with, whichever it is.
public struct EncoderSettings: Hashable, Sendable {
    /// 0 to 100.
    public var quality: Float
    /// libwebp's effort, 0 to 6; others have none.
    public var method: Int
    /// The most bytes of an image, for an encoder that can keep to it.
    public var byteLimit: Int?
    /// By how much pictures are made smaller than they would be, 1 for not at all.
    public var scale: Double = 1

    package init(quality: Float, method: Int, byteLimit: Int? = nil) {
        self.quality = quality
        self.method = method
        self.byteLimit = byteLimit
    }
}

extension EncoderSettings: CustomStringConvertible {
    /// As in `quality 62, method 0, at most 41666 bytes, 0.75 of the size`.
    public var description: String {
        let limit = byteLimit.map { ", at most \($0) bytes" } ?? ""
        let size = scale == 1 ? "" : ", \(scale) of the size"
        return "quality \(Int(quality)), method \(method)\(limit)\(size)"
    }
}
