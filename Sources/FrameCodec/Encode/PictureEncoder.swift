/// Something that makes an image file of a picture.
///
/// An encoder keeps its memory from picture to picture. Use it from one thread at a time; it may move between threads.
public protocol PictureEncoder: ~Copyable, Sendable {
    /// Encodes a picture as ``PictureConverter`` gives it: YUV 4:2:0, BT.601, limited range.
    ///
    /// - Throws: ``FrameCodecError`` with code `unsupportedPicture` for another kind of picture, `encodingFailed`,
    ///   `outOfMemory`.
    mutating func encode(_ picture: borrowing Picture) throws(FrameCodecError) -> EncodedImage
}
