import ArgumentParser
import ConfigurationFiles
import Foundation
import Logging
import ServiceLifecycle
import StreamBrokerKit

/// The broker, its page, and any number of cameras.
struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Run the broker, its page, and all cameras of a file.",
        discussion: """
            Each camera is captured by a process of its own, which is started again when it ends. SIGHUP has the file read anew: \
            cameras that did not change are not disturbed. At the top of the file stand the settings of `serve` by their \
            environment's names in lower case, below `cameras` those of `publish` by their flags' names:

            port: 3090
            cameras:
              front-door:
                source: rtsp://user:password@10.0.0.7/stream
              yard:
                source: rtsp://10.0.0.8/stream
                fps: 10
                on_demand: true
            """
    )

    @Option(help: "The YAML file that says which cameras there are.")
    var config: String
    @Option(help: SettingKey.port.help) var port: String?
    @Option(help: SettingKey.bind.help) var bind: String?
    @OptionGroup(title: "Access") var access: AccessOptions
    @OptionGroup var caddy: CaddyOptions
    @OptionGroup var superuser: SuperuserOptions
    @OptionGroup var logging: LoggingOptions

    func run() async throws {
        // A camera's process that is gone while it is told something is no reason to end.
        signal(SIGPIPE, SIG_IGN)
        let file = try Self.read(config)
        let settings = try await Settings(values: file.server)
        let logger = try logging.start(settings)
        try superuser.check(settings)
        let flags = [("--port", port), ("--bind", bind)].flatMap { name, value in value.map { [name, $0] } ?? [] }
        var (broker, server) = try ServeCommand.parse(flags).configurations(settings, logger: logger)
        let plan = try caddy.plan(settings, server: &server, port: port, bind: bind)
        let sources = try await access.apply(settings, to: &server, behind: plan)
        let streams = try file.cameras.reduce(0) { $0 + (try $1.streams().count) }
        broker.maximumStreams = max(broker.maximumStreams, streams)

        let folder = try PrivateFolder.make()
        defer { folder.remove() }
        let socket = try BrokerURL(socketPath: "\(folder.path)/broker.sock")
        server.socketPath = socket.socketPath
        let theBroker = Broker(configuration: broker)
        let theServer = BrokerServer(broker: theBroker, configuration: server, logger: logger)
        let fleet = CameraFleet(
            broker: theBroker,
            sources: theServer.sources,
            socket: socket,
            first: file.cameras,
            reload: { [config] in try Self.read(config).cameras },
            whenReady: { _ = try await theServer.boundPort },
            logSettings: [
                SettingKey.logLevel.environmentName: logger.logLevel.rawValue,
                SettingKey.logFormat.environmentName: try logging.format(settings).rawValue,
            ],
            logger: logger
        )
        logger.info("keeping \(file.cameras.count) cameras", metadata: ["file": "\(config)"])
        let proxy = try await CaddyProxy.inFront(of: theServer, plan, logger: logger)
        let watch = AccessFileWatch(sources, server: theServer, logger: logger)
        let reloads = CertificateReloads.of(theServer, server.tls)
        let services: [(any Service)?] = [proxy, theServer, watch, reloads, fleet]
        // Before the server the cameras end, and behind it Caddy.
        try await runServices(services.compactMap(\.self), patience: server.drainTimeout + .seconds(4))
    }

    /// Reads a file and checks each camera as its process would.
    ///
    /// - Throws: ``ConfigurationFileError``, ``SettingError``.
    private static func read(_ path: String) throws -> CamerasFile {
        let text: String
        do { text = try String(contentsOfFile: path, encoding: .utf8) } catch {
            throw ConfigurationFileError(
                code: .unreadable,
                path: path,
                place: nil,
                message: "the file is not there, may not be read, or is no UTF-8 text"
            )
        }
        let file = try CamerasFile(yaml: text, path: path)
        for camera in file.cameras {
            do {
                _ = try PublishCommand.parse(["--stream", camera.stream.name]).plan(Settings(only: camera.settings))
            } catch let error as SettingError {
                throw error
            } catch {
                throw ConfigurationFileError(
                    code: .invalidValue,
                    path: path,
                    place: camera.place,
                    message: "camera \(camera.stream): \(error)"
                )
            }
        }
        return file
    }
}
