/// Where a ``PageServer`` listens, with its defaults.
public struct PageServerConfiguration: Sendable, Hashable {
    /// The address to listen on. Default 127.0.0.1: nobody but this machine.
    public var host = "127.0.0.1"
    /// The TCP port to listen on; 0 takes any free one. Default 3092.
    public var port = 3092

    /// The defaults.
    public init() {}
}
