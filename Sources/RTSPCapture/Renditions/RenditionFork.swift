import FrameCodec

/// Hands each picture to the stream's encoders and to those of its renditions. The samples are shared, not copied.
struct RenditionFork: PictureSink {
    let main: EncodingContext
    let renditions: [EncodingContext]

    /// Says that no picture follows.
    func close(discarding: Bool) {
        for context in [main] + renditions { context.queue.close(discarding: discarding) }
    }

    func take(_ captured: consuming CapturedPicture) {
        for rendition in renditions {
            // Without memory for a reference, a rendition misses a picture; the stream does not.
            guard let picture = try? captured.picture.newReference() else { continue }
            rendition.take(CapturedPicture(picture: picture, origin: captured.origin))
        }
        main.take(captured)
    }

    /// Renditions are made of decoded pictures, which these are not; the configuration has none then.
    func take(_ image: EncodedImage, _ origin: PictureOrigin) {
        main.take(image, origin)
    }
}
