import FrameCodec

/// A source that has answered, and what of it is to be shown; nothing was read from it yet.
struct OpenedSource: ~Copyable {
    var context: FormatContext
    let stream: StreamDescription
    let parameters: CodecParameters

    /// Looks the host's name up, and opens the source, all within ``CaptureConfiguration/openDeadline``.
    ///
    /// - Parameter watch: watches over the calls; it must be a source's own (``InputWatch/init(_:stop:whileWaiting:)``).
    init(
        _ configuration: CaptureConfiguration,
        mode: SourceMode,
        stop: StopSignal,
        watch: InputWatch,
        _ failure: OpenFailure
    ) throws(SessionFailure) {
        guard let request = OpenRequest(configuration.source, mode: mode) else {
            preconditionFailure("A test picture is not opened.")
        }
        let deadline = MonotonicTime.now + configuration.openDeadline
        if let target = configuration.source.networkTarget {
            try OpenedSource.lookUp(target.host, deadline: deadline, stop: stop, failure)
        }
        watch.arm(for: MonotonicTime.now.duration(to: deadline))
        let context = try OpenedSource.open(request, watch: watch, mode, failure)
        guard let stream = context.videoStream() else {
            throw watch.interruption == .stopped ? SessionFailure(.stopped) : SessionFailure(failure.noVideo())
        }
        context.discardAll(but: stream)
        parameters = try failure.decoding { () throws(FrameCodecError) in try context.codecParameters(of: stream) }
        self.stream = stream
        self.context = context
    }

    private static func open(
        _ request: OpenRequest,
        watch: InputWatch,
        _ mode: SourceMode,
        _ failure: OpenFailure
    ) throws(SessionFailure) -> FormatContext {
        do throws(LibAVError) {
            return try FormatContext(request, watch: watch)
        } catch {
            if mode.mayFallBackToTCP && mode.transport == .udp && error.isTransportRefused {
                throw SessionFailure(.restart(.tcp("the camera does not offer UDP")))
            }
            throw failure.opening(error, watch: watch)
        }
    }

    private static func lookUp(
        _ host: String,
        deadline: MonotonicTime,
        stop: StopSignal,
        _ failure: OpenFailure
    ) throws(SessionFailure) {
        let outcome: NameLookup.Outcome
        do throws(CaptureError) {
            outcome = try NameLookup.look(up: host, deadline: deadline, stop: stop)
        } catch {
            throw SessionFailure(error)
        }
        switch outcome {
        case .found: return
        case .unknown(let reason): throw SessionFailure(failure.hostNotFound(host, reason))
        case .noAnswer: throw SessionFailure(failure.nameLookupTimedOut(host))
        case .stopped: throw SessionFailure(.stopped)
        }
    }
}

extension InputWatch {
    /// The watch over a source, which may be redirected within the place of its address only.
    convenience init(
        _ source: SourceURL,
        stop: StopSignal,
        whileWaiting: @escaping @Sendable () -> Void = {}
    ) {
        self.init(stop: stop, origin: source.networkTarget, whileWaiting: whileWaiting)
    }
}
