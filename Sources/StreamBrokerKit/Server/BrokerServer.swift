public import Logging
import NIOCore
import NIOPosix
public import ServiceLifecycle
public import StreamBrokerCore

/// Serves a ``Broker`` over HTTP/1.1, HTTP/2 and WebSocket: ingest, viewers, snapshots, the API and the page.
///
/// ```swift
/// let broker = Broker()
/// let server = BrokerServer(broker: broker, logger: Logger(label: "cameras"))
/// try await server.run()
/// ```
public final class BrokerServer: Service, Sendable {
    private let service: BrokerService
    private let configuration: BrokerServerConfiguration
    private let listener: Listener

    /// Makes a server; it listens once ``run()`` is called.
    public init(
        broker: Broker,
        configuration: BrokerServerConfiguration = BrokerServerConfiguration(),
        logger: Logger
    ) {
        self.configuration = configuration
        let certificates = configuration.tls.map { CertificateStore($0, logger: logger) }
        service = BrokerService(
            broker: broker,
            limits: configuration.limits,
            maximumConnections: configuration.maximumConnections,
            maximumConnectionsPerAddress: configuration.maximumConnectionsPerAddress,
            floodLockout: configuration.floodLockout,
            trustedProxies: configuration.trustedProxies,
            logger: logger,
            viewers: configuration.viewers,
            viewerLimits: configuration.viewerLimits,
            loops: Listener.loops,
            answersDebugEcho: configuration.answersDebugEcho,
            access: configuration.access ?? .open,
            origins: OriginRule(configuration.allowedOrigins),
            certificates: certificates
        )
        listener = Listener(
            host: configuration.host,
            port: configuration.port,
            socketPath: configuration.socketPath,
            certificates: certificates
        )
    }

    /// The sources that are kept running for the broker's streams, for its status.
    package var sources: StreamSources { service.sources }

    /// How many viewers are asked again when the policy changes.
    package var accessWatchCount: Int { service.access.watchCount }

    /// Puts another policy into force. Viewers and publishers that it does not allow are refused at their next request; WebSockets and
    /// multipart streams are closed at once.
    public func replaceAccess(_ policy: AccessPolicy) {
        service.access.replace(policy)
    }

    /// The port the server listens on; waits until it does. Tells which one was free when the configuration says 0.
    ///
    /// - Throws: ``BrokerServerError`` when listening failed.
    public var boundPort: Int {
        get async throws { try await listener.boundPort.value() }
    }

    /// Reads the certificate and its key again, for connections that are made from now on; without TLS there is nothing to do.
    ///
    /// This happens by itself within a few seconds after the files have changed. A pair that cannot be used is logged and counted, and the one
    /// that is in use stays.
    public func reloadCertificate() {
        service.certificates?.reload()
    }

    /// Listens and serves until the surrounding task is cancelled or asked to shut down gracefully.
    ///
    /// On graceful shutdown viewers are told 1001 and have ``BrokerServerConfiguration/drainTimeout`` to leave.
    ///
    /// - Throws: ``BrokerServerError`` when it cannot listen, and when others could reach it and nobody said who may do what.
    public func run() async throws {
        guard configuration.access != nil || LoopbackHost.isLoopback(configuration.host) else {
            throw listener.refuse(.openToOthers(configuration.host))
        }
        let service = service
        let drainTimeout = configuration.drainTimeout
        try await listener.run(connections: service.connections, drainTimeout: drainTimeout) { connection in
            try ServerPipeline.add(to: connection, service: service, role: .broker)
        } whileListening: { port in
            service.logger.info(
                "listening",
                metadata: [
                    "address": "\(self.configuration.host)", "port": "\(port)",
                    "scheme": self.configuration.tls == nil ? "http" : "https",
                ]
            )
            while !Task.isCancelled {
                try? await Task.sleep(for: Broker.reapInterval)
                for stream in service.broker.reapIdleStreams() where service.sources[stream] == nil {
                    service.logger.info("idle stream freed", metadata: ["stream": "\(stream)"])
                }
            }
        }
    }
}
