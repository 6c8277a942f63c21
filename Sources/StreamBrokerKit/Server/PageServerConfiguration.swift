/// Where a ``PageServer`` listens, with its defaults.
public struct PageServerConfiguration: Sendable, Hashable {
    /// The address to listen on. Default 127.0.0.1: nobody but this machine.
    public var host = "127.0.0.1"
    /// The TCP port to listen on; 0 takes any free one. Default 3092.
    public var port = 3092

    /// The address of the broker that the page connects to when its own address names none; `nil` is port 3090 of the same host.
    public var broker: String?

    /// The defaults.
    public init() {}
}
