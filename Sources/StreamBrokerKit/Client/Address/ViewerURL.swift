public import StreamBrokerCore

/// The address of one stream's viewers, such as `ws://127.0.0.1:3090/ws/front-door`.
public struct ViewerURL: Sendable, Hashable, CustomStringConvertible {
    /// The broker that has the stream.
    public private(set) var broker: BrokerURL
    /// The stream.
    public let stream: StreamID
    /// The rate asked for with `?fps=`, in frames per second; `nil` for every frame.
    public let framesPerSecond: Double?

    /// The address of a stream at a broker.
    public init(broker: BrokerURL, stream: StreamID, framesPerSecond: Double? = nil) {
        self.broker = broker
        self.stream = stream
        self.framesPerSecond = framesPerSecond
    }

    /// Reads an address whose path ends in `/ws/` and a stream id, with an optional `?fps=`.
    ///
    /// - Throws: ``BrokerClientError`` with the code ``BrokerClientError/Code/invalidAddress``.
    public init(_ text: String) throws(BrokerClientError) {
        let parts = try URLParts(text)
        let segments = parts.path.split(separator: "/", omittingEmptySubsequences: false)
        guard segments.count >= 3, segments[segments.count - 2] == "ws" else {
            throw .invalidAddress(
                text,
                "an address of a stream's viewers ends in /ws/STREAM, such as ws://127.0.0.1:3090/ws/stream1"
            )
        }
        let name = segments[segments.count - 1]
        do { stream = try StreamID(name) } catch {
            throw .invalidAddress(text, "\(error); \(error.hint)")
        }
        framesPerSecond = try Self.rate(parts.query, in: text)
        broker = BrokerURL(parts, basePath: parts.path.dropLast("/ws/".count + name.count))
    }

    /// The same address, with a token to show there.
    package func authorized(by token: Secret) -> ViewerURL {
        var address = self
        address.broker = broker.authorized(by: token)
        return address
    }

    /// The address without its credentials.
    public var description: String { broker.viewerURL(stream) + query }

    /// The request target (RFC 9112, section 3.2.1).
    package var target: String { broker.viewerTarget(stream) + query }

    private var query: String { framesPerSecond.map { "?fps=\($0)" } ?? "" }

    private static func rate(_ query: Substring?, in text: String) throws(BrokerClientError) -> Double? {
        guard let query else { return nil }
        var rate: Double?
        for item in query.split(separator: "&") {
            guard item.hasPrefix("fps="), let value = Double(item.dropFirst(4)), value > 0, value.isFinite else {
                throw .invalidAddress(text, "the only query of a viewer is fps=N with N above 0")
            }
            rate = value
        }
        return rate
    }
}
