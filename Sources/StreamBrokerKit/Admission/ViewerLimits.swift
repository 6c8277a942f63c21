/// How many viewers there may be at once; what is above is refused with 429, or 1013 where it is too late for that.
public struct ViewerLimits: Sendable, Hashable {
    /// All streams together. Default 10,000.
    public var maximumViewers = 10_000
    /// Of one stream. Default 10,000.
    public var maximumViewersPerStream = 10_000
    /// From one address; an IPv6 address counts by its first 64 bits, of which a single machine may use all the others. This machine
    /// itself is not limited: a proxy on it speaks for everybody. Default 100.
    public var maximumViewersPerAddress = 100

    /// The defaults.
    public init() {}
}
