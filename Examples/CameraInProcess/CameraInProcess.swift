import FrameCodec
import Logging
import RTSPCapture
import ServiceLifecycle
import StreamBrokerKit
import UnixSignals

/// A camera captured into a channel of a broker in the same process, for as long as somebody watches.
struct OnDemandCamera: Service {
    let configuration: CameraPipeline.Configuration
    let channel: StreamBrokerKit.Channel<Frame>
    let logger: Logger

    func run() async throws {
        var capture: Task<Void, any Error>?
        for await viewers in channel.subscriberCounts.cancelOnGracefulShutdown() {
            if viewers > 0, capture == nil {
                capture = Task { try await publishFrames() }
            } else if viewers == 0 {
                capture?.cancel()
                capture = nil
            }
        }
        capture?.cancel()
        try await capture?.value
    }

    private func publishFrames() async throws {
        let pipeline = CameraPipeline(configuration: configuration) { event in logger.info("camera \(event)") }
        for try await frame in pipeline {
            try channel.publish(
                Frame(image: frame.image.bytes, captureTime: UnixMicroseconds(frame.captureTime))
            )
        }
    }
}

@main
enum CameraInProcess {
    static func main() async throws {
        let arguments = CommandLine.arguments.dropFirst()
        let logger = Logger(label: "example")
        var configuration = CameraPipeline.Configuration(source: try SourceURL(arguments.first ?? "test:"))
        configuration.size = OutputSize(width: 640)
        // Nobody sits before it who could set a camera right and start it again.
        configuration.capture.retryPolicy = .keepTrying

        let broker = Broker()
        var server = BrokerServerConfiguration()
        server.port = arguments.dropFirst().first.flatMap { Int($0) } ?? 3090
        let camera = OnDemandCamera(
            configuration: configuration,
            channel: try broker.channel("camera"),
            logger: logger
        )
        let services: [any Service] = [BrokerServer(broker: broker, configuration: server, logger: logger), camera]
        try await ServiceGroup(services: services, gracefulShutdownSignals: [.sigint, .sigterm], logger: logger).run()
    }
}
