/// How a ``FramePublisher`` behaves, with its defaults.
public struct FramePublisherConfiguration: Sendable, Hashable {
    /// How many posts may be under way at once, each on its own kept-alive connection. Default 2: one travels while the other's answer
    /// does. More would only add age.
    public var maximumPostsInFlight = 2
    /// How long a post may take, answer included. Default 5 s.
    public var requestTimeout: Duration = .seconds(5)
    /// How long connecting may take, TLS included. Default 3 s.
    public var connectTimeout: Duration = .seconds(3)
    /// The upper bound of the first wait after a failure; each further one doubles it. Default 0.25 s.
    public var initialRetryDelay: Duration = .milliseconds(250)
    /// The upper bound of every wait for a broker that is away. Default 2 s, so that the picture is back soon after the broker is.
    public var maximumRetryDelay: Duration = .seconds(2)
    /// How long to wait between attempts while the broker refuses this publisher (401, 403, 404 …). Default 10 s.
    public var refusedRetryDelay: Duration = .seconds(10)
    /// The longest `Retry-After` that is honoured. Default 60 s.
    public var maximumRetryAfter: Duration = .seconds(60)
    /// How long the last frames may take when the publisher is asked to end. Default 0.5 s.
    public var drainTimeout: Duration = .milliseconds(500)
    /// How the broker's certificate is checked.
    public var tls = ClientTLS()

    /// The defaults.
    public init() {}

    package var backoff: Backoff { Backoff(initial: initialRetryDelay, maximum: maximumRetryDelay) }
}
