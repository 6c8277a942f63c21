import FrameCodec

/// The two loops of a capture, on a thread of their own: the outer one connects, again and again; the inner one, a
/// session, reads and decodes. Pictures go to a sink that never makes them wait.
final class CaptureLoop<Sink: PictureSink> {
    private let configuration: CaptureConfiguration
    private let sink: Sink
    private let stop: StopSignal
    private let meter: CaptureMeter
    private let observe: @Sendable (CaptureEvent) -> Void

    private let keeper: WatchKeeper

    private var machine: ReconnectMachine
    private var mode: SourceMode
    private var timeline: MediaTimeline
    private var regulator: FrameRateRegulator?
    private var throttled: ThrottledRegulator?
    private var pacer = RealTimePacer()
    private var sequence: UInt64 = 0
    /// Whether this session has shown a picture.
    private var isLive = false
    private var stream: (codec: VideoCodec?, transport: Transport?) = (nil, nil)

    init(
        _ configuration: CaptureConfiguration,
        sink: Sink,
        stop: StopSignal,
        meter: CaptureMeter,
        observe: @escaping @Sendable (CaptureEvent) -> Void
    ) {
        self.configuration = configuration
        self.sink = sink
        self.stop = stop
        self.meter = meter
        self.observe = observe
        keeper = WatchKeeper(configuration, meter: meter, observe: observe)
        // A file does not reboot: what is wrong with it stays wrong, at its end too.
        let endsAnyTime = configuration.retryPolicy == .endAtStart && !configuration.source.isLive
        machine = ReconnectMachine(
            policy: endsAnyTime ? .end : configuration.retryPolicy,
            backoff: configuration.backoff
        )
        mode = SourceMode(configuration)
        timeline = MediaTimeline(configuration.source.isLive ? .live : .file(interval: nil))
        regulator = configuration.frameRate.map { FrameRateRegulator(framesPerSecond: $0) }
        throttled = configuration.throttle.map { ThrottledRegulator($0) }
    }

    /// Captures until the source ends for good or the stop signal comes.
    ///
    /// - Returns: the error that it ended with, if it was one.
    func run() -> CaptureError? {
        observe(.connecting(configuration.source))
        let error = connectAgainAndAgain()
        meter.enter(.ended, reason: error)
        observe(.ended(error))
        return error
    }

    private func connectAgainAndAgain() -> CaptureError? {
        while true {
            machine.connectionBegan(at: .now)
            meter.enter(.connecting, reason: nil)
            isLive = false
            let end = runSession()
            keeper.disconnected(at: .now)
            switch end {
            case .stopped, .endOfFile: return nil
            case .restart(let fallback):
                mode.fallBack(fallback)
                observe(.fellBack(fallback.reason))
                machine.connectionReplaced()
            case .failed(let error):
                switch machine.failed(error, at: .now, random: .random(in: 0..<1)) {
                case .end: return error
                case .retry(let delay, let isNews):
                    meter.enter(.waiting, reason: error)
                    if isNews { observe(.lost(error, retryingIn: delay)) }
                    guard stop.sleep(until: .now + delay) else { return nil }
                }
            }
            meter.count(\.reconnects)
        }
    }

    private func runSession() -> SessionEnd {
        switch configuration.source.target {
        case .test(let options):
            stream = (nil, nil)
            return TestPictureSession(options, stop: stop, meter: meter).run { picture, entry in
                present(picture, entry)
            }
        case .file, .network:
            do throws(SessionFailure) {
                var session = try LibavSession(
                    configuration,
                    mode: mode,
                    stop: stop,
                    meter: meter,
                    keeper: keeper
                ) { [self] image, entry in
                    present(image, entry)
                }
                stream = (session.codec, configuration.source.isRTSP ? mode.transport : nil)
                meter.opened(session.codec)
                if let interval = session.interval, !configuration.source.isLive, sequence == 0 {
                    timeline = MediaTimeline(.file(interval: interval))
                }
                return session.run { picture, entry in present(picture, entry) }
            } catch {
                return error.end
            }
        }
    }

    /// Takes a decoded picture from a session.
    ///
    /// - Returns: false when it is time to stop.
    private func present(_ picture: consuming Picture, _ entry: PacketLedger.Entry) -> Bool {
        switch place(entry, size: picture.size) {
        case .stopped: return false
        case .thinned: return true
        case .due(let origin):
            var picture = picture
            picture.presentationTimestamp = origin.presentationTimestamp
            sink.take(CapturedPicture(picture: picture, origin: origin))
            return true
        }
    }

    /// Takes an image that needs no decoding.
    ///
    /// - Returns: false when it is time to stop.
    private func present(_ image: EncodedImage, _ entry: PacketLedger.Entry) -> Bool {
        switch place(entry, size: image.size) {
        case .stopped: return false
        case .thinned: return true
        case .due(let origin):
            var image = image
            image.presentationTimestamp = origin.presentationTimestamp
            sink.take(image, origin)
            return true
        }
    }

    /// What becomes of the next picture, whatever form it has.
    private enum Placement {
        case due(PictureOrigin)
        case thinned
        case stopped
    }

    private func place(_ entry: PacketLedger.Entry, size: PictureSize) -> Placement {
        if !isLive { wentLive(size) }
        sequence += 1
        let position = timeline.place(entry.timestamp, arrival: entry.arrival.monotonic)
        guard regulator?.admits(position) ?? true, throttled?.admits(position) ?? true else {
            meter.count(\.thinned)
            return .thinned
        }
        var captureTime = entry.arrival.unix
        if !configuration.source.isLive {
            guard stop.sleep(until: pacer.due(position: position, now: .now)) else { return .stopped }
            captureTime = UnixTime.now
        }
        return .due(
            PictureOrigin(captureTime: captureTime, presentationTimestamp: position, sourceSequence: sequence)
        )
    }

    private func wentLive(_ size: PictureSize) {
        isLive = true
        let failures = machine.wentLive(at: .now)
        meter.enter(.live)
        observe(
            .live(CaptureEvent.Stream(codec: stream.codec, size: size, transport: stream.transport, failures: failures))
        )
    }
}
