import ArgumentParser
import Logging
import RTSPCapture

/// What a camera offers, and what is wrong with it.
struct ProbeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "probe",
        abstract: "Look at a camera for some seconds: what it offers, and what is wrong with it.",
        discussion: "The exit status is 0 when there are pictures to show, whatever else was found."
    )

    @Argument(help: SettingKey.source.help) var url: String?
    @Option(help: SettingKey.transport.help) var transport: String?
    @Option(help: SettingKey.probeSeconds.help) var seconds: String?
    @Flag(help: "Print a JSON object, also when there is an error.") var json = false
    @OptionGroup var common: CommonOptions

    func run() async throws {
        let report: ProbeReport
        do {
            let (settings, _) = try await common.start()
            let probing = Probing(probe: SourceProbe(try configuration(settings)))
            try await runServices([probing])
            report = try await probing.report.value()
        } catch  where json {
            Terminal.printLine(ProbeText.json(ProbeText.failed(error)))
            throw ExitCode.failure
        }
        if json {
            Terminal.printLine(ProbeText.json(report))
        } else if report.timing.answerSeconds != nil {
            Terminal.printLine(ProbeText.lines(report).joined(separator: "\n"))
        }
        if let error = report.error, !json { throw SettingError(error.message) }
        if !report.isUsable { throw ExitCode.failure }
    }

    private func configuration(_ settings: Settings) throws -> SourceProbe.Configuration {
        guard let address = settings.text(.source, flag: url) else {
            throw SettingError("no camera: give its URL or set RTSP_URL, for example rtsp://camera.local/stream")
        }
        var capture = CaptureConfiguration(source: try SourceURL(address))
        if let transport = try settings.choice(.transport, flag: transport, of: PublishCommand.transports) {
            capture.transport = transport
        }
        var configuration = SourceProbe.Configuration(capture: capture)
        if let seconds = try settings.positiveNumber(.probeSeconds, flag: seconds, upTo: 3_600) {
            configuration.duration = .microseconds(Int64(max(seconds * 1_000_000, 1)))
        }
        return configuration
    }
}
