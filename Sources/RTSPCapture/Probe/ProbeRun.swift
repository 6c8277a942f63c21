import FrameCodec

/// One probe: opens the source, falls back to TCP if it must, and puts the report together. It blocks.
final class ProbeRun {
    private let configuration: SourceProbe.Configuration
    private let capture: CaptureConfiguration
    private let stop: StopSignal
    private let failure: OpenFailure
    private let began = MonotonicTime.now
    private var report: ProbeReport

    init(_ configuration: SourceProbe.Configuration, stop: StopSignal) {
        self.configuration = configuration
        capture = configuration.capture
        self.stop = stop
        failure = OpenFailure(source: capture.source, configuration: capture)
        report = ProbeReport(source: "\(capture.source)")
    }

    /// Looks, and tells.
    func run() -> ProbeReport {
        var mode = SourceMode(capture)
        while true {
            let end = look(mode)
            guard case .restart(let fallback) = end else {
                finish(end)
                return report
            }
            mode.fallBack(fallback)
            // What was seen over the other transport would be taken for this one's.
            report.timing = .init()
            report.video = nil
            report.fallback = "\(fallback.cause)"
        }
    }

    private func look(_ mode: SourceMode) -> SessionEnd {
        if capture.source.kind == .rtsp || capture.source.kind == .rtsps {
            report.transport = mode.transport == .udp ? "udp" : "tcp"
        }
        let watch = InputWatch(capture.source, stop: stop)
        defer {
            if let description = watch.sessionDescription { report.streams = OfferedStream.all(in: description) }
        }
        do throws(SessionFailure) {
            let opened = try OpenedSource(capture, mode: mode, stop: stop, watch: watch, failure)
            report.timing.answerSeconds = seconds(to: .now)
            if !capture.source.isRTSP { report.streams = opened.context.offeredStreams }
            var session = try ProbeSession(opened, configuration, mode: mode, stop: stop, watch: watch, failure)
            let end = session.run()
            let now = MonotonicTime.now
            report.timing.firstPacketSeconds = session.firstPacket.map(seconds(to:))
            report.timing.firstKeyframeSeconds = session.firstKeyframe.map(seconds(to:))
            report.timing.firstPictureSeconds = session.firstPicture.map(seconds(to:))
            report.timing.lookedSeconds = seconds(to: now) - (report.timing.answerSeconds ?? 0)
            report.video = session.video(at: now)
            report.hasSenderReport = session.hasSenderReport
            return end
        } catch {
            return error.end
        }
    }

    private func seconds(to moment: MonotonicTime) -> Double {
        Double(began.duration(to: moment).microseconds) / 1_000_000
    }

    private func finish(_ end: SessionEnd) {
        if let declared = report.streams.first(where: { $0.kind == "video" })?.declaredFramesPerSecond {
            report.video?.declaredFramesPerSecond = declared
        }
        let hasPicture = (report.video?.figures.decodedPictures ?? 0) > 0
        var ending = ProbeFindings.End.lookedEnough
        switch end {
        case .stopped:
            report.isInterrupted = true
            ending = .interrupted
        case .failed(let error):
            report.error = .init(error)
            ending = .failed(error.code)
        case .endOfFile, .restart:
            if !hasPicture {
                report.error = .init(capture.source.isLive ? failure.noPictureSeen() : failure.emptyFile())
            }
        }
        report.isUsable = hasPicture && report.error == nil
        if let video = report.video {
            report.findings = ProbeFindings.of(video, end: ending, fallback: report.fallback)
        }
    }
}
