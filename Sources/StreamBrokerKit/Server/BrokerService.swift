import Logging
import NIOCore
import StreamBrokerCore

/// What all connections of a server share.
final class BrokerService: Sendable {
    let broker: Broker
    let limits: RequestLimits
    let viewers: ViewerConfiguration
    let connections: ConnectionRegistry
    let logger: Logger
    /// Whether an embedding server has the page, too.
    let servesPage: Bool
    private let startTime = SystemClock.steadyTime

    init(
        broker: Broker,
        limits: RequestLimits,
        maximumConnections: Int,
        logger: Logger,
        viewers: ViewerConfiguration = ViewerConfiguration(),
        servesPage: Bool = true
    ) {
        self.servesPage = servesPage
        self.broker = broker
        self.limits = limits
        self.viewers = viewers
        self.logger = logger
        connections = ConnectionRegistry(limit: maximumConnections)
    }

    var uptime: Duration { .microseconds(SystemClock.steadyTime - startTime) }

    /// The state of every active stream, or of one.
    func statuses(of ids: [StreamID]? = nil) -> [StreamStatus] {
        let now = broker.currentTime
        return (ids ?? broker.streamIDs).compactMap { id in
            guard let channel = broker.existingChannel(id), let hub = channel.viewerHub else { return nil }
            return StreamStatus(stream: id, channel: channel, hub: hub, now: now)
        }
    }
}
