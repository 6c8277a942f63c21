public import FrameCodec

/// What to capture, and how patiently.
public struct CaptureConfiguration: Sendable {
    /// The source.
    public var source: SourceURL
    /// How an RTSP camera's media travel. Default `.tcp`.
    public var transport = Transport.tcp
    /// The most pictures a second; a faster source is thinned evenly, a slower one is never padded. Nil takes all.
    /// Default 30.
    public var frameRate: Double? = 30
    /// Lowers the rate further while the capture runs; nil when nobody does. Default nil.
    public var throttle: CaptureThrottle?
    /// Whether a file starts over at its end, with timestamps that go on rising. Default false.
    public var loop = false
    /// How long name lookup, connecting and the RTSP dialogue may take together. Default 4 s.
    public var openDeadline: Duration = .seconds(4)
    /// How long a live source may send nothing. Default 4 s.
    public var silenceDeadline: Duration = .seconds(4)
    /// How long a live source may send data that no picture comes of, as before the first keyframe. Default 20 s.
    public var pictureDeadline: Duration = .seconds(20)
    /// How long something must be wrong with a live source until it is told as its ``SourceCondition``. Default 2.5 s.
    public var noticeDeadline: Duration = .milliseconds(2500)
    /// How long a live source may repeat one picture with one timestamp until it is opened again. Default 5 s.
    public var freezeDeadline: Duration = .seconds(5)
    /// How long ``Transport/automatic`` waits for the first datagram before it takes TCP. Default 2 s.
    public var datagramDeadline: Duration = .seconds(2)
    /// The delays between attempts.
    public var backoff = Backoff()
    /// What to do about failures that trying again cannot mend. Default `.endAtStart`.
    public var retryPolicy = RetryPolicy.endAtStart
    /// Whether H.264 pictures from RTSP are decoded as soon as their last packet is there, instead of one picture
    /// later, when the stream's packets show that it is safe. Default true.
    public var lowDelay = true
    /// Whether the images of a Motion JPEG source are passed on as they come, and nothing is decoded or encoded. Another
    /// source is then an error. For a ``CameraPipeline`` only. Default false.
    public var passesImagesThrough = false
    /// Threads of the decoder. Default one; slice threads help with 4K from cameras that cut pictures into slices.
    /// Where ``lowDelay`` is at work slices are decoded as they come, one after another.
    public var decoderThreads = DecoderThreads.one

    /// A configuration with the defaults.
    public init(source: SourceURL) {
        self.source = source
    }

    /// Sets all that depends on how often the source makes a picture: a camera that makes one every few seconds is not silent
    /// between two of them.
    ///
    /// - Parameter duration: How long it may send nothing.
    public mutating func allowSilence(_ duration: Duration) {
        silenceDeadline = duration
        // In the proportion of the defaults; but how rare keyframes are does not depend on it.
        noticeDeadline = duration * 5 / 8
        pictureDeadline = max(pictureDeadline, duration * 5)
    }

    /// - Throws: ``CaptureError`` with code `invalidConfiguration` for an impossible value.
    func validate() throws(CaptureError) {
        if let frameRate, !(frameRate > 0 && frameRate.isFinite) {
            throw CaptureError(
                code: .invalidConfiguration,
                message: "The frame rate must be above 0, not \(frameRate)."
            )
        }
        if passesImagesThrough, case .test = source.target {
            throw CaptureError(
                code: .invalidConfiguration,
                message: "A test picture is painted, so it has no images to pass through; leave it to an encoder."
            )
        }
        for (name, deadline) in [
            ("open", openDeadline), ("silence", silenceDeadline), ("picture", pictureDeadline),
            ("datagram", datagramDeadline), ("notice", noticeDeadline), ("freeze", freezeDeadline),
        ] where deadline <= .zero {
            throw CaptureError(
                code: .invalidConfiguration,
                message: "The \(name) deadline must be above 0, not \(deadline)."
            )
        }
    }
}
