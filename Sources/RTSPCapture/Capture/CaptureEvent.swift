public import FrameCodec

/// News of a capture, for a log: each is one line, and tells a change, not an attempt.
public enum CaptureEvent: Sendable {
    /// What a source turned out to be.
    public struct Stream: Sendable {
        /// The codec; nil for the test picture.
        public var codec: VideoCodec?
        /// Size of the first picture.
        public var size: PictureSize
        /// How the media travel; nil where there is no choice.
        public var transport: Transport?
        /// How many attempts had failed before.
        public var failures: Int
    }

    /// The first attempt to open the source begins.
    case connecting(SourceURL)
    /// The first picture of a connection is there.
    case live(Stream)
    /// The source failed, and will be tried again. While it fails in the same way this is not repeated.
    case lost(CaptureError, retryingIn: Duration)
    /// The source is opened again at once, in a more careful way, for the reason told.
    case fellBack(String)
    /// The watchdog sees something else than before while the source is connected.
    case condition(SourceCondition)
    /// The budget made the encoder's settings others.
    case adjusted(EncoderSettings)
    /// Pictures cannot be encoded. Not repeated until one could.
    case encodingFailed(CaptureError)
    /// Nothing more will come: the end of a file, cancellation, or an error.
    case ended(CaptureError?)
}

extension CaptureEvent: CustomStringConvertible {
    /// A sentence. User name and password of the source are not in it.
    public var description: String {
        switch self {
        case .connecting(let source): "connecting to \(source)"
        case .live(let stream):
            "live: \(stream.codec?.name ?? "test picture") \(stream.size)"
                + (stream.transport.map { " over \($0)" } ?? "")
                + (stream.failures > 0 ? " after \(stream.failures) failed attempts" : "")
        case .lost(let error, let delay): "lost: \(error) Trying again in \(delay.inSeconds), then less and less often."
        case .fellBack(let reason): "opening the source again: \(reason)"
        case .condition(let condition): "watchdog: \(condition)"
        case .adjusted(let settings): "encoding within the budget: \(settings)"
        case .encodingFailed(let error): "\(error)"
        case .ended(let error): error.map { "ended: \($0)" } ?? "ended"
        }
    }
}

extension Duration {
    /// As in `0.25 s`.
    var inSeconds: String {
        let hundredths = microseconds / 10_000
        return "\(hundredths / 100).\(hundredths % 100 < 10 ? "0" : "")\(hundredths % 100) s"
    }
}
