public import StreamBrokerCore

/// How a ``BrokerServer`` listens and what it allows, with its defaults.
public struct BrokerServerConfiguration: Sendable, Hashable {
    /// The address to listen on. Default 127.0.0.1: nobody but this machine.
    public var host = "127.0.0.1"
    /// The TCP port to listen on; 0 takes any free one. Default 3090.
    public var port = 3090
    /// A Unix socket to listen on besides, for publishers and viewers of this user; `nil` for none, the default.
    ///
    /// Only this user may connect to it (mode 0600), and no token is asked for; a proxy belongs in front of the TCP port. A socket that an earlier run left there is replaced, anything else is not.
    public var socketPath: String?
    /// The certificate to serve `https` and `wss` with on the TCP port; `nil` for plain `http` and `ws`, the default.
    ///
    /// The Unix socket stays plain.
    public var tls: ServerTLS?
    /// Who may do what. Default `nil`: everybody may do everything, and so the server runs on loopback only. What comes over the Unix
    /// socket is trusted: its file lets only this user in.
    public var access: AccessPolicy?
    /// The web pages of other origins that may use the broker, besides its own. With none, the default, a page from another port of
    /// this machine may, too.
    public var allowedOrigins: [WebOrigin] = []
    /// What requests may be like.
    public var limits = RequestLimits()
    /// How many viewers there may be.
    public var viewerLimits = ViewerLimits()
    /// How many connections may be open at once, viewers among them. Default 12,000.
    public var maximumConnections = 12_000
    /// How many connections one address may have open; counted as ``ViewerLimits/maximumViewersPerAddress`` is. Default 100.
    public var maximumConnectionsPerAddress = 100
    /// How long no new connection is taken from an address that flooded the server: more than twice within a minute a viewer or an
    /// HTTP/2 connection of it was ended for messages, resets, control frames or the like beyond their limits. This machine and trusted
    /// proxies are not locked out; a proxy's clients are, as viewers. Default 60 seconds; zero for never.
    public var floodLockout: Duration = .seconds(60)
    /// The proxies that are believed when they say for whom they ask; they are not limited as an address of their own. Default: none.
    public var trustedProxies = TrustedProxies()
    /// How viewers' connections are kept, and what they may say.
    package var viewers = ViewerConfiguration()
    /// Whether there is a WebSocket at `/debug/echo` that says back what it is told, for conformance suites. Default no: it has no limit
    /// worth the name.
    package var answersDebugEcho = false
    /// How long open connections may take to finish when the server shuts down. Default 1 second.
    public var drainTimeout: Duration = .seconds(1)

    /// The defaults.
    public init() {}
}

/// What a request to the broker may be like; what is above is refused as the wire protocol says.
public struct RequestLimits: Sendable, Hashable {
    /// The largest frame in bytes. Default 8 MiB.
    public var maximumFrameBytes = 8 * 1024 * 1024
    /// The largest width and height of a frame in pixels. Default 3840 × 2160.
    public var maximumDimensions = ImageDimensions.defaultMaximum
    /// The longest request target in bytes. Default 8 KiB.
    public var maximumTargetBytes = 8 * 1024
    /// All header fields together, in bytes. Default 16 KiB.
    public var maximumHeaderBytes = 16 * 1024
    /// The number of header fields. Default 100.
    public var maximumHeaderFields = 100
    /// How many requests a connection may bring; it ends with the answer to the last. Default 100,000, which is an hour of frames at 30 per
    /// second. In somebody else's server that server decides.
    public var maximumRequestsPerConnection = 100_000
    /// How long a request's head may take in all, counted from the connection's start or from its own first byte. Default 10 seconds.
    public var headTimeout: Duration = .seconds(10)
    /// How long a request's body may take. Default 30 seconds.
    public var bodyTimeout: Duration = .seconds(30)
    /// How many bytes per second of a body must come on average, once ``bodyGrace`` is over. Default 1,000.
    public var minimumBodyBytesPerSecond = 1_000
    /// How long a body's pace is not looked at. Default 5 seconds.
    public var bodyGrace: Duration = .seconds(5)
    /// How many frames may be on their way in at once. Default 1,000.
    public var maximumPostsInFlight = 1_000
    /// How many bytes of frames that are on their way in are kept, all together. Default 256 MiB.
    public var maximumPostBytesInFlight = 256 * 1024 * 1024
    /// How long a connection may be idle between requests. Default 60 seconds.
    public var idleTimeout: Duration = .seconds(60)
    /// How long `GET /snapshot/{stream}?wait=next` waits. Default 30 seconds.
    public var snapshotWait: Duration = .seconds(30)

    /// The defaults.
    public init() {}
}

extension RequestLimits {
    var bodyPace: BodyPace { BodyPace(minimumBytesPerSecond: minimumBodyBytesPerSecond, grace: bodyGrace) }
}
