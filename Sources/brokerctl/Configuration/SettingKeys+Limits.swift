import StreamBrokerKit

/// The limits and deadlines of a server. Documentation/Limits.md has the table of them.
extension SettingKey {
    private static let server = BrokerServerConfiguration()
    private static let requests = RequestLimits()
    private static let viewers = ViewerConfiguration()

    static let maximumConnectionsPerAddress = SettingKey(
        "MAX_CONNECTIONS_PER_ADDRESS",
        flag: "--max-connections-per-address",
        "The most connections from one address; this machine itself is not limited.",
        default: server.maximumConnectionsPerAddress
    )
    static let floodLockout = SettingKey(
        "FLOOD_LOCKOUT_SECONDS",
        flag: "--flood-lockout-seconds",
        "How long nothing new is taken from an address that flooded the broker; 0 for never.",
        default: server.floodLockout.components.seconds
    )
    static let drainTimeout = SettingKey(
        "DRAIN_SECONDS",
        flag: "--drain-seconds",
        "How long open connections may take to finish when the broker ends.",
        default: server.drainTimeout.components.seconds
    )
    static let trustedProxies = SettingKey(
        "TRUSTED_PROXIES",
        flag: "--trusted-proxies",
        "The addresses of proxies whose X-Forwarded-For is believed, with commas between; loopback is this machine.",
        default: "none; loopback with --caddy"
    )
    static let maximumDimensions = SettingKey(
        "MAX_DIMENSIONS",
        flag: "--max-dimensions",
        "The largest frame, WIDTHxHEIGHT in pixels, whichever way it is turned.",
        default: "\(requests.maximumDimensions.width)x\(requests.maximumDimensions.height)"
    )
    static let maximumTargetBytes = SettingKey(
        "MAX_TARGET_BYTES",
        flag: "--max-target-bytes",
        "The longest request target in bytes.",
        default: requests.maximumTargetBytes
    )
    static let maximumHeaderBytes = SettingKey(
        "MAX_HEADER_BYTES",
        flag: "--max-header-bytes",
        "All header fields of a request together, in bytes.",
        default: requests.maximumHeaderBytes
    )
    static let maximumHeaderFields = SettingKey(
        "MAX_HEADER_FIELDS",
        flag: "--max-header-fields",
        "The most header fields of a request.",
        default: requests.maximumHeaderFields
    )
    static let maximumRequestsPerConnection = SettingKey(
        "MAX_REQUESTS_PER_CONNECTION",
        flag: "--max-requests-per-connection",
        "How many requests a connection may bring before it ends with the answer to the last.",
        default: requests.maximumRequestsPerConnection
    )
    static let headTimeout = SettingKey(
        "HEAD_TIMEOUT_SECONDS",
        flag: "--head-timeout-seconds",
        "How long a request's head may take in all.",
        default: requests.headTimeout.components.seconds
    )
    static let bodyTimeout = SettingKey(
        "BODY_TIMEOUT_SECONDS",
        flag: "--body-timeout-seconds",
        "How long a request's body may take in all.",
        default: requests.bodyTimeout.components.seconds
    )
    static let minimumBodyRate = SettingKey(
        "MIN_BODY_BYTES_PER_SECOND",
        flag: "--min-body-bytes-per-second",
        "How fast a body must come, on average after its first 5 seconds.",
        default: requests.minimumBodyBytesPerSecond
    )
    static let idleTimeout = SettingKey(
        "IDLE_TIMEOUT_SECONDS",
        flag: "--idle-timeout-seconds",
        "How long a connection may be idle between requests.",
        default: requests.idleTimeout.components.seconds
    )
    static let maximumPostsInFlight = SettingKey(
        "MAX_POSTS_IN_FLIGHT",
        flag: "--max-posts-in-flight",
        "The most frames that are on their way in at once.",
        default: requests.maximumPostsInFlight
    )
    static let maximumPostBytesInFlight = SettingKey(
        "MAX_POST_BYTES_IN_FLIGHT",
        flag: "--max-post-bytes-in-flight",
        "The most bytes kept of frames that are on their way in, all together.",
        default: requests.maximumPostBytesInFlight
    )
    static let maximumMessageBytes = SettingKey(
        "MAX_MESSAGE_BYTES",
        flag: "--max-message-bytes",
        "The longest message of a viewer in bytes.",
        default: viewers.messages.messageLength
    )
    static let maximumMessageFragments = SettingKey(
        "MAX_MESSAGE_FRAGMENTS",
        flag: "--max-message-fragments",
        "The most fragments of a viewer's message.",
        default: viewers.messages.fragments
    )
    static let maximumMessagesPerSecond = SettingKey(
        "MAX_MESSAGES_PER_SECOND",
        flag: "--max-messages-per-second",
        "The most messages of a viewer per second; acknowledgements and pongs count a two-hundredth.",
        default: viewers.maximumMessagesPerSecond
    )
    static let pingInterval = SettingKey(
        "PING_INTERVAL_SECONDS",
        flag: "--ping-interval-seconds",
        "How long a silent viewer is left alone before it is pinged.",
        default: viewers.pingInterval.components.seconds
    )
    static let pingTimeout = SettingKey(
        "PING_TIMEOUT_SECONDS",
        flag: "--ping-timeout-seconds",
        "How long a viewer may take to answer a ping.",
        default: viewers.pingTimeout.components.seconds
    )
    static let closeTimeout = SettingKey(
        "CLOSE_TIMEOUT_SECONDS",
        flag: "--close-timeout-seconds",
        "How long a viewer may take to answer a close frame.",
        default: viewers.closeTimeout.components.seconds
    )

    /// All of them, for a file.
    static let ofLimits: [SettingKey] = [
        .maximumConnectionsPerAddress, .floodLockout, .drainTimeout, .trustedProxies, .maximumDimensions,
        .maximumTargetBytes, .maximumHeaderBytes, .maximumHeaderFields, .maximumRequestsPerConnection, .headTimeout,
        .bodyTimeout, .minimumBodyRate, .idleTimeout, .maximumPostsInFlight, .maximumPostBytesInFlight,
        .maximumMessageBytes, .maximumMessageFragments, .maximumMessagesPerSecond, .pingInterval, .pingTimeout,
        .closeTimeout,
    ]
}
