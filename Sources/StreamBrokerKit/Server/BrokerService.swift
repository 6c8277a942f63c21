import Logging
import NIOCore
import StreamBrokerCore
import Synchronization

/// What all connections of a server share.
final class BrokerService: Sendable {
    let broker: Broker
    let limits: RequestLimits
    let viewers: ViewerConfiguration
    let connections: ConnectionRegistry
    /// How many of them speak HTTP/2.
    let http2Connections = Atomic<Int>(0)
    let seats: ViewerSeats
    let lockouts: AddressLockouts
    let viewerClocks: ViewerClocks
    let viewerLosses = ViewerLosses()
    let limitTally = LimitTally()
    let postsInFlight: PostsInFlight
    let sources = StreamSources()
    let trustedProxies: TrustedProxies
    let access: AccessControl
    let origins: OriginRule
    /// What TLS connections are shown; `nil` without TLS.
    let certificates: CertificateStore?
    /// The loops that connections may be on; empty where an embedding server decides.
    let loops: [any EventLoop]
    let logger: Logger
    /// Whether an embedding server has the page, too.
    let servesPage: Bool
    /// The broker that a page server's page is for; `nil` is port 3090 of the page's own host.
    let brokerOfPage: String?
    /// Whether ``debugEchoPath`` exists.
    let answersDebugEcho: Bool
    /// Where a conformance suite finds a WebSocket that says back what it is told.
    static let debugEchoPath = "/debug/echo"
    private let startTime = SystemClock.steadyTime

    init(
        broker: Broker,
        limits: RequestLimits,
        maximumConnections: Int,
        maximumConnectionsPerAddress: Int = .max,
        floodLockout: Duration = .zero,
        trustedProxies: TrustedProxies = TrustedProxies(),
        logger: Logger,
        viewers: ViewerConfiguration = ViewerConfiguration(),
        viewerLimits: ViewerLimits = ViewerLimits(),
        loops: [any EventLoop] = [],
        servesPage: Bool = true,
        brokerOfPage: String? = nil,
        answersDebugEcho: Bool = false,
        access: AccessPolicy = .open,
        origins: OriginRule = OriginRule(),
        certificates: CertificateStore? = nil
    ) {
        self.access = AccessControl(policy: access, logger: logger)
        self.origins = origins
        self.certificates = certificates
        self.answersDebugEcho = answersDebugEcho
        self.brokerOfPage = brokerOfPage
        self.servesPage = servesPage
        self.broker = broker
        self.limits = limits
        self.viewers = viewers
        self.logger = logger
        self.loops = loops
        self.trustedProxies = trustedProxies
        lockouts = AddressLockouts(duration: floodLockout)
        connections = ConnectionRegistry(
            limit: maximumConnections,
            limitPerAddress: maximumConnectionsPerAddress,
            trustedProxies: trustedProxies,
            lockouts: lockouts
        )
        postsInFlight = PostsInFlight(
            maximumCount: limits.maximumPostsInFlight,
            maximumBytes: limits.maximumPostBytesInFlight
        )
        seats = ViewerSeats(limits: viewerLimits)
        viewerClocks = ViewerClocks(interval: viewers.checkInterval)
    }

    var uptime: Duration { .microseconds(SystemClock.steadyTime - startTime) }

    /// The state of every active stream, or of one.
    func statuses(of ids: [StreamID]? = nil) -> [StreamStatus] {
        let now = broker.currentTime
        return (ids ?? listedStreams).compactMap { id in
            guard let channel = listedChannel(id), let hub = channel.viewerHub else { return nil }
            return StreamStatus(stream: id, channel: channel, hub: hub, now: now, source: sources[id])
        }
    }

    /// The state of every active stream that somebody may know of.
    func statuses(knownTo identity: AccessIdentity) -> [StreamStatus] {
        let now = broker.currentTime
        return statuses(of: listedStreams.filter { identity.mayKnow($0, at: now) })
    }

    /// The channel of a stream that is active or has a source: what can be watched at any time is not hidden since nobody did for long.
    func listedChannel(_ id: StreamID) -> FrameChannel? {
        sources[id] == nil ? broker.existingChannel(id) : try? broker.channel(id)
    }

    private var listedStreams: [StreamID] {
        let active = broker.streamIDs
        let sources = sources.streams
        return sources.isEmpty ? active : Set(active).union(sources).sorted { $0.name < $1.name }
    }
}
