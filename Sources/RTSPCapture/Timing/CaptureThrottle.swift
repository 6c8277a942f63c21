/// Lowers the rate of a capture while it runs, and lifts it again: for a stream that nobody watches at the moment.
///
/// The source is read and decoded as before, so that the full rate is there again with the next picture; what is left out is neither
/// scaled nor encoded, and counted as thinned. May be set from any thread.
public final class CaptureThrottle: Sendable {
    private let limit: Monitor<Double?>

    /// A throttle that lets everything pass, or so many pictures a second.
    public init(framesPerSecond: Double? = nil) {
        limit = Monitor(framesPerSecond)
    }

    /// The most pictures a second; nil for no limit but the capture's own. What is not above zero lets no picture pass.
    public var framesPerSecond: Double? {
        get { limit.withLock { $0 } }
        set { limit.withLock { $0 = newValue } }
    }
}

/// A throttle as a capture sees it: starts counting anew whenever the limit is another one.
package struct ThrottledRegulator {
    private let throttle: CaptureThrottle
    private var limit: Double?
    private var regulator: FrameRateRegulator?

    package init(_ throttle: CaptureThrottle) {
        self.throttle = throttle
    }

    /// Whether the picture at this place on the time line, in microseconds, is one to show.
    package mutating func admits(_ position: Int64) -> Bool {
        let current = throttle.framesPerSecond
        if current != limit {
            limit = current
            regulator = current.flatMap { $0 > 0 ? FrameRateRegulator(framesPerSecond: $0) : nil }
        }
        guard let limit else { return true }
        guard limit > 0 else { return false }
        return regulator?.admits(position) ?? true
    }
}
