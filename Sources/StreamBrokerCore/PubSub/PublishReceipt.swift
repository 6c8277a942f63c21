/// What became of a published element at the moment of publishing.
public struct PublishReceipt: Sendable, Hashable {
    /// The element's number in its channel; it rises from element to element.
    public let sequence: UInt64
    /// How many subscribers and viewers the channel had.
    public let subscribers: Int
    /// How many subscriptions dropped an element to stay within their policy.
    public let replaced: Int
}

/// Why an element was not published.
public enum PublishError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The element's own number is not above the last one's; it was published late and nobody sees it.
    case staleSequence(UInt64, last: UInt64)
    /// The channel was finished.
    case finished

    /// A sentence that says what is wrong.
    public var description: String {
        switch self {
        case .staleSequence(let sequence, let last): "sequence \(sequence) is not above the last one, \(last)"
        case .finished: "the channel is finished"
        }
    }
}
