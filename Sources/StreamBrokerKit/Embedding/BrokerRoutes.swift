public import Logging
public import NIOCore
public import StreamBrokerCore

/// The broker's addresses for an HTTP/1.1 server that already exists.
///
/// Add it to each connection's pipeline behind the HTTP handlers and before the server's own. Requests for the broker's addresses
/// (`/ingest/…`, `/ws/…`, `/snapshot/…`, `/api/streams`, the page at `/` and the rest of the wire protocol) are answered; all others
/// go on to the next handler.
///
/// ```swift
/// let routes = BrokerRoutes(broker: Broker(), logger: logger)
/// // in the child channel initializer:
/// try channel.pipeline.syncOperations.configureHTTPServerPipeline()
/// try routes.add(to: channel)
/// try channel.pipeline.syncOperations.addHandler(MyHandler())
/// ```
public final class BrokerRoutes: Sendable {
    private let service: BrokerService
    private let reaper: Task<Void, Never>

    /// Makes the routes of a broker. Idle streams are freed as long as the value exists.
    ///
    /// - Parameters:
    ///   - servesPage: Whether the page is at `/`; say no to keep `/` for the server's own.
    ///   - limits: What requests may be like. The deadlines in it are the surrounding server's to keep.
    ///   - viewerLimits: How many viewers there may be.
    ///   - access: Who may do what. Default: everybody everything; where the surrounding server listens is not known here.
    ///   - allowedOrigins: The web pages of other origins that may use the broker.
    public init(
        broker: Broker,
        servesPage: Bool = true,
        limits: RequestLimits = RequestLimits(),
        viewerLimits: ViewerLimits = ViewerLimits(),
        access: AccessPolicy = .open,
        allowedOrigins: [WebOrigin] = [],
        logger: Logger
    ) {
        service = BrokerService(
            broker: broker,
            limits: limits,
            maximumConnections: .max,
            logger: logger,
            viewerLimits: viewerLimits,
            servesPage: servesPage,
            access: access,
            origins: OriginRule(allowedOrigins)
        )
        reaper = Task { [weak broker] in
            while !Task.isCancelled {
                try? await Task.sleep(for: Broker.reapInterval)
                guard let broker else { return }
                broker.reapIdleStreams()
            }
        }
    }

    deinit {
        reaper.cancel()
    }

    /// Puts another policy into force, as ``BrokerServer/replaceAccess(_:)`` does.
    public func replaceAccess(_ policy: AccessPolicy) {
        service.access.replace(policy)
    }

    /// Adds the routes at the end of a connection's pipeline. Must be called on the connection's event loop.
    ///
    /// - Throws: `ChannelError` when the connection is closed, or the routes are shut down.
    public func add(to connection: any NIOCore.Channel) throws {
        do throws(ConnectionLimit) { try service.connections.admit(connection) } catch {
            throw ChannelError.ioOnClosedChannel
        }
        try connection.pipeline.syncOperations.addHandler(BrokerHTTPHandler(service: service, role: .embedded))
    }

    /// Tells every viewer that the server goes away (1001) and lets no new one in.
    public func shutDown() {
        service.connections.drain()
    }
}
