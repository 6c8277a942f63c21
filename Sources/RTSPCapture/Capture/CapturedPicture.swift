import FrameCodec

/// A picture on its way from a source, with what is known of its origin.
struct CapturedPicture: ~Copyable, Sendable {
    var picture: Picture
    let origin: PictureOrigin
    /// Its number among the pictures that are to be encoded.
    var number: UInt64 = 0

    init(picture: consuming Picture, origin: PictureOrigin) {
        self.picture = picture
        self.origin = origin
    }
}

/// When a picture was taken and where it stands among the others.
public struct PictureOrigin: Sendable, Hashable {
    /// When the last of its data arrived (a file's picture: when it was due), in Unix microseconds.
    public var captureTime: Int64
    /// Its place on the source's time line in microseconds, from 0, always rising, over reconnections and loops too.
    public var presentationTimestamp: Int64
    /// Its number among the pictures that were decoded, from 1. Pictures that were left out leave gaps.
    public var sourceSequence: UInt64
}

/// Takes pictures on the capture thread. It must not keep that thread waiting.
protocol PictureSink: Sendable {
    func take(_ picture: consuming CapturedPicture)

    /// Takes an image as the source made it.
    func take(_ image: EncodedImage, _ origin: PictureOrigin)
}
