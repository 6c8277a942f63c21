/// What a probe saw of a source: facts, and what they mean for somebody who wants to show it.
///
/// Encoded with keys in snake case it is what `brokerctl probe --json` prints. What is not known is left out.
public struct ProbeReport: Sendable, Encodable {
    /// How long things took, in seconds since the probe began.
    public struct Timing: Sendable, Encodable {
        /// Until the source had answered and said what it offers.
        public var answerSeconds: Double?
        /// Until the first coded picture.
        public var firstPacketSeconds: Double?
        /// Until the first coded picture that needs no other.
        public var firstKeyframeSeconds: Double?
        /// Until the first decoded picture.
        public var firstPictureSeconds: Double?
        /// From the answer to the end of the probe.
        public var lookedSeconds: Double?
    }

    /// The video stream that would be shown.
    public struct Video: Sendable, Encodable {
        /// FFmpeg's name of the codec.
        public var codec: String
        /// The codec's profile, as libavcodec names it.
        public var profile: String?
        /// The level, as in `3.1`.
        public var level: String?
        /// Of the last picture, in pixels.
        public var width: Int?
        /// Of the last picture, in pixels.
        public var height: Int?
        /// libavutil's name of the samples' layout.
        public var pixelFormat: String?
        /// `limited` or `full`.
        public var colorRange: String?
        /// `bt601`, `bt709` …
        public var colorMatrix: String?
        /// Whether the stream says its matrix; else it is a guess by the size.
        public var colorMatrixIsDeclared: Bool?
        /// Pictures a second, as the stream or its description declares them.
        public var declaredFramesPerSecond: Double?
        /// What was measured.
        public var figures: ProbeFigures

        /// A stream of which so much is known.
        package init(codec: String, figures: ProbeFigures) {
            self.codec = codec
            self.figures = figures
        }
    }

    /// Why there is nothing to show.
    public struct Failure: Sendable, Encodable {
        /// In snake case; for a program to match.
        public var code: String
        /// What failed and what to do about it.
        public var message: String

        /// A failure.
        public init(code: String, message: String) {
            self.code = code
            self.message = message
        }
    }

    /// The source, without user name and password.
    public var source: String
    /// `tcp` or `udp`; nil where there is no choice.
    public var transport: String?
    /// Why the first transport was given up.
    public var fallback: String?
    /// Whether pictures came, and the source did not fail while it was looked at.
    public var isUsable = false
    /// Whether the probe was ended from outside before it had looked long enough.
    public var isInterrupted = false
    /// How long things took.
    public var timing = Timing()
    /// All that the source offers.
    public var streams: [OfferedStream] = []
    /// The stream that would be shown.
    public var video: Video?
    /// Whether an RTCP sender report came, which ties timestamps to the time of day; nil where there is no RTCP.
    public var hasSenderReport: Bool?
    /// What it means, the worst first.
    public var findings: [ProbeFinding] = []
    /// Why there is nothing to show.
    public var error: Failure?

    enum CodingKeys: String, CodingKey {
        case source, transport, fallback, timing, streams, video, findings, error
        case isUsable = "usable"
        case isInterrupted = "interrupted"
        case hasSenderReport = "rtcp_sender_report"
    }

    /// A report of which only the source is known.
    public init(source: String) {
        self.source = source
    }
}

extension ProbeReport.Failure {
    /// What an error says.
    public init(_ error: CaptureError) {
        self.init(code: error.code.snakeCased, message: "\(error)")
    }
}

extension CaptureError.Code {
    /// As in `invalid_url` and `no_video`.
    var snakeCased: String {
        var text = ""
        var wasLowercase = false
        for character in description {
            if character.isUppercase && wasLowercase { text.append("_") }
            wasLowercase = character.isLowercase
            text += character.lowercased()
        }
        return text
    }
}
