import NIOHTTP2

/// What an HTTP/2 client is told of this server at the start (RFC 9113, section 6.5.2).
enum HTTP2ServerSettings {
    /// How many requests may be under way on one connection.
    static let maximumConcurrentStreams = 100
    /// How much of a body may come before the server has said that it read any: a frame of 500 kB never waits for a round trip.
    static let streamWindow = 1 << 20
    /// The same for all requests of a connection together.
    static let connectionWindow = 4 << 20

    /// Names, values, and 32 bytes for each field (section 6.5.2). Twice what is taken: up to there a request is refused with 431 and not
    /// the whole connection.
    static func maximumHeaderListBytes(_ limits: RequestLimits) -> Int {
        2 * (limits.maximumHeaderBytes + limits.maximumTargetBytes + 32 * (limits.maximumHeaderFields + 8))
    }

    /// How much of its answers is kept for a client that does not take them: some pictures of the largest kind, or many of the usual.
    static func maximumUnreadBytes(_ limits: RequestLimits) -> Int {
        max(32 << 20, 2 * limits.maximumFrameBytes)
    }

    /// The limits against floods are the library's own, but for resets: 200 pings, settings and priorities within 30 seconds; 5
    /// continuations of one head; 1 empty frame of a body.
    static func connection(_ limits: RequestLimits) -> NIOHTTP2Handler.ConnectionConfiguration {
        var configuration = NIOHTTP2Handler.ConnectionConfiguration()
        configuration.initialSettings = [
            HTTP2Setting(parameter: .maxConcurrentStreams, value: maximumConcurrentStreams),
            HTTP2Setting(parameter: .initialWindowSize, value: streamWindow),
            // WebSockets over HTTP/2 (RFC 8441).
            HTTP2Setting(parameter: .enableConnectProtocol, value: 1),
            HTTP2Setting(parameter: .maxHeaderListSize, value: maximumHeaderListBytes(limits)),
        ]
        configuration.targetWindowSize = connectionWindow
        return configuration
    }

    static var stream: NIOHTTP2Handler.StreamConfiguration {
        var configuration = NIOHTTP2Handler.StreamConfiguration()
        configuration.targetWindowSize = streamWindow
        // A page that is closed gives up what it has under way. More than that in half a minute is another thing: each request that is
        // reset was begun.
        configuration.streamResetFrameRateLimit.maximumCount = maximumConcurrentStreams
        return configuration
    }

    /// A connection's window begins at 65,535 bytes whatever the settings say (section 6.9.2).
    static let windowIncrement = connectionWindow - 65_535
}
