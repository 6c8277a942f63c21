import Logging
import StreamBrokerKit

/// Runs a broker's server on a free port for as long as a test needs it.
func withRunningBroker(
    configure: (inout BrokerServerConfiguration, inout ViewerConfiguration) -> Void = { _, _ in },
    _ body: @Sendable (_ broker: Broker, _ port: Int) async throws -> Void
) async throws {
    var configuration = BrokerServerConfiguration()
    configuration.port = 0
    configuration.drainTimeout = .milliseconds(200)
    var viewers = configuration.viewers
    configure(&configuration, &viewers)
    configuration.viewers = viewers
    let broker = Broker()
    let server = BrokerServer(
        broker: broker,
        configuration: configuration,
        logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
    )
    try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await server.run() }
        try await body(broker, server.boundPort)
        group.cancelAll()
        try await group.waitForAll()
    }
}
