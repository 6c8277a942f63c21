import ArgumentParser
import FrameCodec
import Logging
import RTSPCapture
import StreamBrokerKit

/// A camera to a broker.
struct PublishCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "publish",
        abstract: "Capture a camera and publish it to a broker.",
        discussion:
            "The broker's address can also be given by USE_HTTPS (default false) and BROKER_PORT (default 3090)."
    )

    @Option(help: SettingKey.source.help) var source: String?
    @Option(help: SettingKey.brokerURL.help) var broker: String?
    @Option(help: SettingKey.stream.help) var stream: String?
    @Option(help: SettingKey.frameRate.help) var fps: String?
    @Option(help: SettingKey.quality.help) var quality: String?
    @Option(help: SettingKey.encoderChoice.help) var encoder: String?
    @Option(help: SettingKey.width.help) var width: String?
    @Option(help: SettingKey.height.help) var height: String?
    @Option(help: SettingKey.imageCodec.help) var codec: String?
    @Option(help: SettingKey.bitRate.help) var bitrate: String?
    @Option(help: SettingKey.latencyBudget.help) var latencyBudget: String?
    @Flag(help: SettingKey.skipsUnchanged.help) var skipUnchanged = false
    @Option(help: SettingKey.renditions.help) var rendition: [String] = []
    @Option(help: SettingKey.transport.help) var transport: String?
    @Option(help: SettingKey.silenceSeconds.help) var silenceSeconds: String?
    @Option(help: SettingKey.encoderWorkers.help) var encoderWorkers: String?
    @Flag(help: SettingKey.fullRate.help) var fullRate = false
    @Flag(help: .hidden) var kept = false
    @Flag(help: SettingKey.loop.help) var loop = false
    @Flag(help: SettingKey.verifiesTLS.help) var insecure = false
    @Option(help: SettingKey.caCertificate.help) var caCert: String?
    @OptionGroup var superuser: SuperuserOptions
    @OptionGroup var token: ClientToken
    @OptionGroup var common: CommonOptions

    func run() async throws {
        if kept { return try await runKept() }
        let (settings, logger) = try await common.start()
        try superuser.check(settings)
        let plan = try plan(settings)
        let camera = try CameraPublisher(plan, logger: logger)
        let reporter = PublishReporter(
            camera: { camera },
            interval: Terminal.isInteractive ? .milliseconds(500) : .seconds(10),
            style: Terminal.isInteractive ? .terminal : .log(logger)
        )
        try await runServices([reporter, camera])
    }

    /// As the process of one of many cameras: settings come from the keeper, and reports go to it.
    private func runKept() async throws {
        let line = KeeperLine.open()
        let settings = Settings(only: line.settings)
        var logger = try common.logging.start(settings)
        let plan = try plan(settings)
        logger[metadataKey: "stream"] = "\(plan.stream)"
        let camera = try CameraPublisher(plan, logger: logger) { event in
            if let report = SourceReport(event) { Terminal.printLine(report.line) }
        }
        try await runServices([camera, KeptCamera(line: line, camera: camera)])
    }

    /// The names of transports.
    static let transports: KeyValuePairs<String, Transport> = ["tcp": .tcp, "udp": .udp, "auto": .automatic]

    /// What the flags and the settings say.
    ///
    /// - Throws: ``SettingError``, and the errors of addresses and names.
    func plan(_ settings: Settings) throws -> PublishPlan {
        guard let address = settings.text(.source, flag: source) else {
            throw SettingError(
                "no camera: give --source URL or set RTSP_URL, for example rtsp://camera.local/stream, or test: for a test picture"
            )
        }
        var plan = PublishPlan(
            pipeline: CameraPipeline.Configuration(source: try SourceURL(address)),
            broker: try PublishPlan.brokerURL(settings, flag: broker),
            stream: try PublishPlan.stream(settings, flag: stream)
        )
        if let token = try token.read(settings) { plan.broker = plan.broker.authorized(by: token) }
        if let rate = try settings.positiveNumber(.frameRate, flag: fps, upTo: 1_000) {
            plan.pipeline.capture.frameRate = rate
        }
        if let quality = try settings.integer(.quality, flag: quality, in: 0...100) {
            plan.pipeline.encoder.quality = .init(quality)
        }
        let encoders: KeyValuePairs<String, EncoderChoice> = ["auto": .automatic, "live": .live, "libwebp": .libwebp]
        if let encoder = try settings.choice(.encoderChoice, flag: encoder, of: encoders) {
            plan.pipeline.encoderChoice = encoder
        }
        plan.pipeline.size = OutputSize(
            width: try settings.integer(.width, flag: width, in: 16...16_383),
            height: try settings.integer(.height, flag: height, in: 16...16_383)
        )
        let passesThrough: KeyValuePairs<String, Bool> = ["webp": false, "source": true]
        if let passes = try settings.choice(.imageCodec, flag: codec, of: passesThrough) {
            plan.pipeline.capture.passesImagesThrough = passes
        }
        let bitRate = try settings.bitRate(.bitRate, flag: bitrate)
        let latency = try settings.positiveNumber(.latencyBudget, flag: latencyBudget, upTo: 10_000)
        if bitRate != nil || latency != nil {
            plan.pipeline.budget = EncodingBudget(
                bitsPerSecond: bitRate,
                encodeTime: latency.map { .microseconds(Int64($0 * 1_000)) }
            )
        }
        if try settings.flag(.skipsUnchanged, isSet: skipUnchanged) ?? false {
            plan.pipeline.unchanged = UnchangedPolicy()
        }
        plan.pipeline.renditions = try PublishPlan.renditions(settings, flags: rendition, of: plan.stream)
        if let transport = try settings.choice(.transport, flag: transport, of: Self.transports) {
            plan.pipeline.capture.transport = transport
        }
        if let seconds = try settings.integer(.silenceSeconds, flag: silenceSeconds, in: 1...3600) {
            plan.pipeline.capture.allowSilence(.seconds(seconds))
        }
        if let workers = try settings.integer(.encoderWorkers, flag: encoderWorkers, in: 1...64) {
            plan.pipeline.encoderWorkers = workers
        }
        plan.isFullRate = try settings.flag(.fullRate, isSet: fullRate) ?? false
        // A camera that is kept is nobody's command that ends with a message: what is wrong with it may be set right later.
        if kept { plan.pipeline.capture.retryPolicy = .keepTrying }
        plan.pipeline.capture.loop = try settings.flag(.loop, isSet: loop) ?? false
        plan.publisher.tls.verifiesCertificates = insecure ? false : try settings.flag(.verifiesTLS) ?? true
        plan.publisher.tls.caCertificateFile = settings.text(.caCertificate, flag: caCert)
        return plan
    }
}
