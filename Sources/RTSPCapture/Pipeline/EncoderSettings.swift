import FrameCodec

/// What an encoder is made with, whichever it is.
package struct EncoderSettings: Hashable, Sendable {
    /// 0 to 100.
    package var quality: Float
    /// libwebp's effort, 0 to 6; others have none.
    package var method: Int
    /// The most bytes of an image, for an encoder that can keep to it.
    package var byteLimit: Int?
    /// By how much pictures are made smaller than they would be, 1 for not at all.
    package var scale: Double = 1

    package init(quality: Float, method: Int, byteLimit: Int? = nil) {
        self.quality = quality
        self.method = method
        self.byteLimit = byteLimit
    }
}
