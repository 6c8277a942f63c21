/// What a ``Broker`` allows, with its defaults.
public struct BrokerConfiguration: Sendable, Hashable {
    /// How many streams there may be at once. Default 1,000.
    public var maximumStreams = 1_000
    /// How long a stream that nobody publishes to and nobody watches is kept with its last frame. Default 60 seconds.
    public var streamIdleTimeout: Duration = .seconds(60)

    /// The defaults.
    public init() {}
}
