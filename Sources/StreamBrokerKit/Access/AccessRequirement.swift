package import StreamBrokerCore

/// What a request needs.
package enum AccessRequirement: Hashable, Sendable {
    /// Nothing: it tells nothing that is not everybody's.
    case nothing
    case admin
    case publish(StreamID)
    /// To view each of these.
    case view([StreamID])
    /// To view anything, or to administer: what the answer contains is decided stream by stream.
    case someView
    /// To know about this stream.
    case status(StreamID)
}

extension Route {
    /// What it takes to be answered. Every address has its line here: a new one does not compile without.
    package var requirement: AccessRequirement {
        switch self {
        case .ingest(let stream): .publish(stream)
        case .viewer(let stream), .snapshot(let stream), .multipart(let stream): .view([stream])
        case .viewerOfMany(let streams): streams.isEmpty ? .someView : .view(streams)
        case .streams: .someView
        case .stream(let stream): .status(stream)
        case .metrics: .admin
        case .health, .livez, .readyz, .asset: .nothing
        }
    }

    /// What to call the request in the log.
    package var kind: String {
        switch self {
        case .ingest: "ingest"
        case .viewer, .viewerOfMany: "ws"
        case .snapshot: "snapshot"
        case .multipart: "multipart"
        case .streams, .stream: "api"
        case .health, .livez, .readyz: "health"
        case .metrics: "metrics"
        case .asset: "page"
        }
    }
}
