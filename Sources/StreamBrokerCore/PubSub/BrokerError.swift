/// Why a broker does not give a channel.
public enum BrokerError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The name is no stream id.
    case invalidStreamID(StreamIDError)
    /// There are as many streams as the broker takes.
    case streamLimitReached(limit: Int)

    /// A sentence that says what is wrong.
    public var description: String {
        switch self {
        case .invalidStreamID(let error): error.description
        case .streamLimitReached(let limit): "the broker already has \(limit) streams, its limit"
        }
    }
}
