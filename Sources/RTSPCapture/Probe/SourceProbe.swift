/// Looks at a source for a few seconds, and tells what it offers and what is wrong with it.
///
///     let probe = SourceProbe(.init(capture: .init(source: try SourceURL("rtsp://camera.local/stream"))))
///     let report = await probe.report()
///
/// The source is opened as a capture opens it: with the same deadlines, the same choice of transport and the same errors.
public struct SourceProbe: Sendable {
    /// What to look at, and how long.
    public struct Configuration: Sendable {
        /// The source, its transport and its deadlines; the rest has no meaning here.
        public var capture: CaptureConfiguration
        /// How long to look, from the first data on. Default 5 s.
        public var duration: Duration = .seconds(5)
        /// How much longer to look when two keyframes have not come by then. Default 7 s.
        public var keyframePatience: Duration = .seconds(7)

        /// A configuration with the defaults.
        public init(capture: CaptureConfiguration) {
            self.capture = capture
        }
    }

    private let configuration: Configuration
    private let stop = StopSignal()

    /// A probe, which is good for one report.
    public init(_ configuration: Configuration) {
        self.configuration = configuration
    }

    /// Ends the look: the report is there soon after, with what is known by then. Cancelling the task does the same.
    public func interrupt() {
        stop.stop()
    }

    /// Looks at the source, on a thread of its own.
    ///
    /// - Returns: the report. What went wrong is in its ``ProbeReport/error``: whatever a capture would have failed with,
    ///   and `no_picture` when none came.
    public func report() async -> ProbeReport {
        let source = configuration.capture.source
        func failed(_ error: CaptureError) -> ProbeReport {
            var report = ProbeReport(source: "\(source)")
            report.error = .init(error)
            return report
        }
        do throws(CaptureError) {
            try validate()
        } catch {
            return failed(error)
        }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                do throws(CaptureError) {
                    _ = try WorkerThread(name: "probe") { [configuration, stop] in
                        continuation.resume(returning: ProbeRun(configuration, stop: stop).run())
                    }
                } catch {
                    continuation.resume(returning: failed(error))
                }
            }
        } onCancel: {
            stop.stop()
        }
    }

    private func validate() throws(CaptureError) {
        try configuration.capture.validate()
        if case .test = configuration.capture.source.target {
            throw CaptureError(
                code: .invalidConfiguration,
                message:
                    "The test picture is made by this program, so there is nothing to find out; give a camera's address."
            )
        }
        guard configuration.duration > .zero, configuration.keyframePatience >= .zero else {
            throw CaptureError(
                code: .invalidConfiguration,
                message: "A probe must look for more than 0 s, not \(configuration.duration)."
            )
        }
    }
}
