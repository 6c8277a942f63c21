/// What a ``Broker`` allows, with its defaults.
public struct BrokerConfiguration: Sendable, Hashable {
    /// How many streams there may be at once. Default 1,000.
    public var maximumStreams = 1_000
    /// How long a stream that nobody publishes to and nobody watches is kept with its last frame. Default 50 seconds: what somebody made up is gone within a minute.
    public var streamIdleTimeout: Duration = .seconds(50)

    /// The defaults.
    public init() {}
}
