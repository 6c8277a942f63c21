import FrameCodec

/// Says of each picture whether there is anything new in it.
///
/// Compared is with the picture with which the scene became still, and not only with the one before: what is too slow to
/// be seen from picture to picture, such as dusk, adds up until it counts.
struct Stillness: ~Copyable {
    /// Steps of 255 in the mean of a block: what an encoder adds to a picture that it is given again and again was measured
    /// as up to 1.9 with x264 at 720p, and most of it at keyframes.
    private static let threshold = UnchangedPolicy().threshold

    private var previous: Picture?
    private var first: Picture?

    /// - Returns: identical to the picture before, similar to the first of a still scene, or different: then the next ones
    ///   are compared with this.
    mutating func judge(_ picture: borrowing Picture) -> PictureSimilarity {
        if previous != nil, picture.hasSameSamples(as: previous!) { return .identical }
        // Without memory for the reference, the next picture counts as another one.
        previous = try? picture.newReference()
        if first != nil, picture.similarity(to: first!, threshold: Stillness.threshold) != .different {
            return .similar
        }
        first = try? picture.newReference()
        return .different
    }
}
