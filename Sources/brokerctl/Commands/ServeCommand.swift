import ArgumentParser
import Logging
import ServiceLifecycle
import StreamBrokerKit

/// The broker and its page.
struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "serve", abstract: "Run the broker and its page.")

    @Option(help: SettingKey.port.help) var port: String?
    @Option(help: SettingKey.bind.help) var bind: String?
    @Option(help: SettingKey.socketPath.help) var socket: String?
    @Option(help: SettingKey.maximumFrameBytes.help) var maxFrameBytes: String?
    @Option(help: SettingKey.maximumStreams.help) var maxStreams: String?
    @Option(help: SettingKey.maximumConnections.help) var maxConnections: String?
    @Option(help: SettingKey.maximumViewers.help) var maxViewers: String?
    @Option(help: SettingKey.maximumViewersPerStream.help) var maxViewersPerStream: String?
    @Option(help: SettingKey.maximumViewersPerAddress.help) var maxViewersPerAddress: String?
    @Option(help: SettingKey.streamIdleSeconds.help) var streamIdleSeconds: String?
    @Flag(help: SettingKey.debugEcho.help) var debugEcho = false
    @OptionGroup(title: "Access") var access: AccessOptions
    @Flag(help: "Make tokens, write the access file, print how to use them, and end.") var generateTokens = false
    @OptionGroup(title: "Limits") var limits: LimitOptions
    @OptionGroup(title: "TLS") var tls: TLSOptions
    @OptionGroup var caddy: CaddyOptions
    @OptionGroup var superuser: SuperuserOptions
    @OptionGroup var common: CommonOptions

    func run() async throws {
        let (settings, logger) = try await common.start()
        try superuser.check(settings)
        var (broker, server) = try configurations(settings, logger: logger)
        let plan = try caddy.plan(settings, server: &server, port: port, bind: bind)
        if generateTokens { return Terminal.printLine(try generatedAccess(settings, server, plan).write()) }
        let sources = try await access.apply(settings, to: &server, behind: plan)
        let theServer = BrokerServer(broker: Broker(configuration: broker), configuration: server, logger: logger)
        let watch = AccessFileWatch(sources, server: theServer, logger: logger)
        let proxy = try await CaddyProxy.inFront(of: theServer, plan, logger: logger)
        let reloads = CertificateReloads.of(theServer, server.tls)
        let services: [(any Service)?] = [proxy, theServer, watch, reloads]
        try await runServices(services.compactMap(\.self), patience: server.drainTimeout + .milliseconds(1_500))
    }

    private func generatedAccess(
        _ settings: Settings,
        _ server: BrokerServerConfiguration,
        _ caddy: Caddyfile?
    ) -> GeneratedAccess {
        let flags: [(String, String?)] = [
            ("--bind", bind ?? settings.text(.bind)), ("--port", port ?? settings.text(.port)),
            ("--tls-cert", tls.tlsCert),
            ("--tls-key", tls.tlsKey), ("--tls-folder", tls.tlsFolder), ("--caddy-port", self.caddy.caddyPort),
            ("--caddy-domain", self.caddy.caddyDomain),
        ]
        let scheme = server.tls == nil ? "http" : "https"
        let base =
            caddy?.address.dropLast() ?? "\(scheme)://\(GeneratedAccess.host(reachedAt: server.host)):\(server.port)"
        return GeneratedAccess(
            path: settings.text(.accessFile, flag: access.accessFile) ?? "access.yaml",
            serveOptions: flags.flatMap { name, value in value.map { [name, $0] } ?? [] }
                + (self.caddy.caddy ? ["--caddy"] : []) + (tls.tlsSelfSigned ? ["--tls-self-signed"] : [])
                + (superuser.allowRoot ? ["--allow-root"] : []),
            base: String(base),
            certificate: tls.tlsSelfSigned ? server.tls?.certificateFile : nil
        )
    }

    /// What the flags and the settings say.
    ///
    /// - Throws: ``SettingError``.
    func configurations(
        _ settings: Settings,
        logger: Logger
    ) throws -> (broker: BrokerConfiguration, server: BrokerServerConfiguration) {
        var broker = BrokerConfiguration()
        if let limit = try settings.integer(.maximumStreams, flag: maxStreams, in: 1...1_000_000) {
            broker.maximumStreams = limit
        }
        if let seconds = try settings.integer(.streamIdleSeconds, flag: streamIdleSeconds, in: 1...1_000_000) {
            broker.streamIdleTimeout = .seconds(seconds)
        }
        var server = BrokerServerConfiguration()
        if let port = try settings.integer(.port, flag: port, in: 0...65_535) { server.port = port }
        if let host = settings.text(.bind, flag: bind) { server.host = host }
        if let limit = try settings.integer(.maximumFrameBytes, flag: maxFrameBytes, in: 1_000...1_000_000_000) {
            server.limits.maximumFrameBytes = limit
        }
        if let limit = try settings.integer(.maximumConnections, flag: maxConnections, in: 1...1_000_000) {
            server.maximumConnections = limit
        }
        server.answersDebugEcho = try settings.flag(.debugEcho, isSet: debugEcho) ?? false
        server.socketPath = settings.text(.socketPath, flag: socket)
        server.tls = try tls.certificate(settings, host: server.host, logger: logger)
        server.viewerLimits = try viewerLimits(settings)
        try limits.apply(settings, to: &server)
        let files = FileLimit.raise()
        if files < server.maximumConnections {
            logger.warning(
                "the system's limit on open files is below the limit on connections: raise it with ulimit -n or LimitNOFILE",
                metadata: ["files": "\(files)", "connections": "\(server.maximumConnections)"]
            )
        }
        return (broker, server)
    }

    private func viewerLimits(_ settings: Settings) throws -> ViewerLimits {
        var limits = ViewerLimits()
        if let limit = try settings.integer(.maximumViewers, flag: maxViewers, in: 1...1_000_000) {
            limits.maximumViewers = limit
        }
        if let limit = try settings.integer(.maximumViewersPerStream, flag: maxViewersPerStream, in: 1...1_000_000) {
            limits.maximumViewersPerStream = limit
        }
        if let limit = try settings.integer(.maximumViewersPerAddress, flag: maxViewersPerAddress, in: 1...1_000_000) {
            limits.maximumViewersPerAddress = limit
        }
        return limits
    }
}
