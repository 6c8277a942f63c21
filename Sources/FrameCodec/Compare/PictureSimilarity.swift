/// How alike two pictures are, for one who sees them one after the other.
public enum PictureSimilarity: Sendable, Hashable {
    /// Every sample is the same.
    case identical
    /// Nowhere do they differ by more than a camera's noise.
    case similar
    /// Something has changed, if only in one place.
    case different
}
