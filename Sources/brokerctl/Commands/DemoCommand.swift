import ArgumentParser
import FrameCodec
import Logging
import LoopbackCamera
import RTSPCapture
import ServiceLifecycle
import StreamBrokerKit

/// Everything at once: a camera over real RTSP, capture, encoding, HTTP, broker, page.
struct DemoCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo",
        abstract: "Show everything at once, without a camera.",
        discussion: """
            A camera of our own on loopback plays a test picture, or a clip again and again, over RTSP. It is captured, encoded, \
            posted to a broker and shown on the broker's page. Open the address that is printed.
            """
    )

    @Option(help: "A film (mp4 or mkv with H.264, H.265 or MJPEG) for the camera to play. (default: a test picture)")
    var clip: String?
    @Option(help: SettingKey.port.help) var port: String?
    @OptionGroup var common: CommonOptions

    func run() async throws {
        let (settings, logger) = try await common.start()
        var configuration = BrokerServerConfiguration()
        if let port = try settings.integer(.port, flag: port, in: 0...65_535) { configuration.port = port }
        let server = BrokerServer(broker: Broker(), configuration: configuration, logger: logger)
        let source: LoopbackCamera.Configuration.Source =
            clip.map { .clip(path: $0) } ?? .testPicture(size: PictureSize(width: 1280, height: 720)!, frameRate: 30)
        let camera = LoopbackCamera(configuration: .init(source: source), logger: logger)
        let publisher = DemoPublisher(camera: camera, server: server, logger: logger)
        let reporter = PublishReporter(
            camera: { try await publisher.started.value() },
            interval: .seconds(2),
            style: .output
        )
        try await runServices([server, camera, publisher, reporter])
    }
}

/// Publishes the demonstration's camera once camera and broker listen.
private struct DemoPublisher: Service {
    let camera: LoopbackCamera
    let server: BrokerServer
    let logger: Logger
    let started = Eventually<CameraPublisher>()

    func run() async throws {
        do {
            let url = try await camera.url()
            let port = try await server.boundPort
            var plan = PublishPlan(
                pipeline: CameraPipeline.Configuration(source: try SourceURL(url)),
                broker: try BrokerURL("http://127.0.0.1:\(port)"),
                stream: try StreamID("demo")
            )
            // Its figures are what it shows.
            plan.isFullRate = true
            let publisher = try CameraPublisher(plan, logger: logger)
            started.resolve(.success(publisher))
            Terminal.printLine(
                "Open http://127.0.0.1:\(port)/?stream=demo in a browser. Ctrl-C ends the demonstration."
            )
            try await publisher.run()
        } catch {
            started.resolve(.failure(error))
            throw error
        }
    }
}
