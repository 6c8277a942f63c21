public import FrameCodec

/// One picture of a source as an image file.
public struct EncodedFrame: Sendable {
    /// The image. Its timestamp is this frame's.
    public var image: EncodedImage
    /// When the last of its data arrived from the source (a file's picture: when it was due), in Unix microseconds.
    public var captureTime: Int64
    /// Its place on the source's time line in microseconds: from 0, always rising, over reconnections and loops too.
    public var presentationTimestamp: Int64
    /// Its number among the decoded pictures, from 1, always rising. Pictures that were left out leave gaps.
    public var sourceSequence: UInt64
    /// How long scaling, colour conversion and encoding took.
    public var encodeDuration: Duration

    /// The same image at another time, for a picture that shows nothing new. It took no encoding.
    func again(at origin: PictureOrigin) -> EncodedFrame {
        var image = image
        image.presentationTimestamp = origin.presentationTimestamp
        return EncodedFrame(image: image, origin: origin, encodeDuration: .zero)
    }

    init(image: EncodedImage, origin: PictureOrigin, encodeDuration: Duration) {
        self.image = image
        captureTime = origin.captureTime
        presentationTimestamp = origin.presentationTimestamp
        sourceSequence = origin.sourceSequence
        self.encodeDuration = encodeDuration
    }
}
