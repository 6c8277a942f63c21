public import StreamBrokerCore

/// How a ``FrameSubscriber`` behaves, with its defaults.
public struct FrameSubscriberConfiguration: Sendable, Hashable {
    /// When a lost connection is made again.
    public enum Reconnection: Sendable, Hashable {
        /// Never: the sequence ends with its connection.
        case never
        /// Once there was a connection; the first attempt must succeed.
        case afterFirstConnection
        /// Always, from the first attempt on.
        case always
    }

    /// Whether `stream-broker.v1` is spoken, which tells sequences and times. Default true; without it messages are bare images.
    public var usesFrameHeaders = true
    /// Whether each frame is acknowledged when it is read, so that the broker sends no more than two ahead of the reader. Default true;
    /// needs ``usesFrameHeaders``.
    public var acknowledgesFrames = true
    /// What is kept while the reader is busy. Default: the newest frame.
    public var delivery = DeliveryPolicy.latest
    /// When a lost connection is made again. Default: always.
    public var reconnection = Reconnection.always
    /// The upper bound of the first wait before connecting again; each further one doubles it. Default 0.25 s.
    public var initialRetryDelay: Duration = .milliseconds(250)
    /// The upper bound of every wait before connecting again. Default 2 s.
    public var maximumRetryDelay: Duration = .seconds(2)
    /// How long connecting may take. Default 3 s.
    public var connectTimeout: Duration = .seconds(3)
    /// How long TLS and the WebSocket handshake may take together. Default 10 s.
    public var handshakeTimeout: Duration = .seconds(10)
    /// How often the other side is pinged; one that has said nothing at all since the last ping is given up. Default 10 s.
    public var pingInterval: Duration = .seconds(10)
    /// The largest message taken. Default 8 MiB and the header.
    public var maximumMessageBytes = 8 * 1024 * 1024 + FrameHeader.length
    /// How the broker's certificate is checked.
    public var tls = ClientTLS()

    /// The defaults.
    public init() {}

    package var backoff: Backoff { Backoff(initial: initialRetryDelay, maximum: maximumRetryDelay) }
}
