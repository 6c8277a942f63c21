package import FrameCodec

/// Decides what becomes of a picture that may show nothing new.
///
/// Each picture is compared with the one that was encoded last, and not with its neighbour: so a change that is too slow
/// to see from picture to picture, such as dusk, adds up until it counts.
package struct UnchangedFilter: Sendable {
    /// What to do with a picture.
    package enum Verdict: Sendable, Hashable {
        /// Encode it; the next ones are compared with it.
        case encode
        /// Viewers get the last image once more, with a new time.
        case `repeat`
        /// Viewers have it already.
        case skip
    }

    private let repeatInterval: Duration
    private var lastSent: MonotonicTime?

    package init(_ policy: UnchangedPolicy) {
        repeatInterval = policy.repeatInterval
    }

    /// Judges a picture.
    ///
    /// - Parameters:
    ///   - similarity: to the picture that was encoded last; nil when there is none.
    ///   - now: the present.
    package mutating func judge(_ similarity: PictureSimilarity?, at now: MonotonicTime) -> Verdict {
        guard let lastSent, let similarity, similarity != .different else { return send(.encode, now) }
        guard lastSent.duration(to: now) >= repeatInterval else { return .skip }
        // What differs by noise only may still differ in what the noise hides: viewers get that, a second late.
        return send(similarity == .identical ? .repeat : .encode, now)
    }

    private mutating func send(_ verdict: Verdict, _ now: MonotonicTime) -> Verdict {
        lastSent = now
        return verdict
    }
}
