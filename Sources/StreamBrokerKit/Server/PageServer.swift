public import Logging
import NIOCore
public import ServiceLifecycle
import StreamBrokerCore

/// Serves the page alone, for a broker that is elsewhere.
public final class PageServer: Service, Sendable {
    private let configuration: PageServerConfiguration
    private let service: BrokerService
    private let listener: Listener

    /// Makes a server; it listens once ``run()`` is called.
    public init(configuration: PageServerConfiguration = PageServerConfiguration(), logger: Logger) {
        self.configuration = configuration
        // A broker that stays empty: the role of the connections keeps everything but the page out.
        service = BrokerService(
            broker: Broker(),
            limits: RequestLimits(),
            maximumConnections: BrokerServerConfiguration().maximumConnections,
            logger: logger,
            brokerOfPage: configuration.broker
        )
        listener = Listener(host: configuration.host, port: configuration.port)
    }

    /// The port the server listens on; waits until it does.
    ///
    /// - Throws: ``BrokerServerError`` when listening failed.
    public var boundPort: Int {
        get async throws { try await listener.boundPort.value() }
    }

    /// Listens and serves until the surrounding task is cancelled or asked to shut down gracefully.
    ///
    /// - Throws: ``BrokerServerError`` when it cannot listen.
    public func run() async throws {
        let service = service
        let host = configuration.host
        try await listener.run(connections: service.connections, drainTimeout: .milliseconds(500)) { connection in
            try ServerPipeline.add(to: connection, service: service, role: .page)
        } whileListening: { port in
            service.logger.info("listening", metadata: ["address": "\(host)", "port": "\(port)"])
        }
    }
}
