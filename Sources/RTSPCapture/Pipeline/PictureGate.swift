import FrameCodec

/// Decides on the capture thread which pictures are worth an encoder's time.
struct PictureGate: ~Copyable, Sendable {
    enum Verdict: Sendable {
        case encode
        /// The image that was made of the picture with this number does once more.
        case `repeat`(of: UInt64)
        case thinned
        case unchanged
    }

    private var regulator: FrameRateRegulator?
    private let policy: UnchangedPolicy?
    private var filter: UnchangedFilter?
    /// The picture that was encoded last.
    private var reference: Picture?
    private var referenceSequence: UInt64 = 0
    private var admitted: UInt64 = 0

    /// - Parameters:
    ///   - frameRate: the most pictures a second; nil leaves it at the source's.
    ///   - unchanged: nil encodes all pictures.
    init(frameRate: Double?, unchanged: UnchangedPolicy?) {
        regulator = frameRate.map { FrameRateRegulator(framesPerSecond: $0) }
        policy = unchanged
        filter = unchanged.map { UnchangedFilter($0) }
    }

    /// The number of the next picture that is encoded, from 1.
    mutating func nextNumber() -> UInt64 {
        admitted += 1
        return admitted
    }

    mutating func judge(_ picture: borrowing Picture, _ origin: PictureOrigin, at now: MonotonicTime) -> Verdict {
        guard regulator?.admits(origin.presentationTimestamp) ?? true else { return .thinned }
        guard let policy, filter != nil else { return .encode }
        let similarity: PictureSimilarity? =
            reference == nil ? nil : picture.similarity(to: reference!, threshold: policy.threshold)
        switch filter!.judge(similarity, at: now) {
        case .skip: return .unchanged
        case .repeat: return .repeat(of: referenceSequence)
        case .encode:
            remember(picture, origin)
            return .encode
        }
    }

    /// The picture is encoded, whatever was judged before.
    mutating func remember(_ picture: borrowing Picture, _ origin: PictureOrigin) {
        guard policy != nil else { return }
        // Without memory for the reference, the next picture is encoded.
        reference = try? picture.newReference()
        referenceSequence = origin.sourceSequence
    }
}
