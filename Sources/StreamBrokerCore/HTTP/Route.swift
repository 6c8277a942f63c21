/// What a request asks for.
package enum Route: Hashable, Sendable {
    case ingest(StreamID)
    case viewer(StreamID)
    case viewerOfMany([StreamID])
    case snapshot(StreamID)
    case multipart(StreamID)
    case streams
    case stream(StreamID)
    case health
    case livez
    case readyz
    case metrics
    /// Something of the page; whether it exists is the page's to say.
    case asset(path: String)

    /// The methods a resource has.
    package var allowedMethods: [String] {
        switch self {
        case .ingest: ["POST"]
        case .viewer, .viewerOfMany: ["GET"]
        default: ["GET", "HEAD"]
        }
    }
}

extension Route {
    /// Whether a server that has only the page answers this.
    package var isPartOfPage: Bool {
        switch self {
        case .asset, .health, .livez, .readyz: true
        default: false
        }
    }
}

/// Why a request leads nowhere.
package enum RouteRefusal: Error, Hashable, Sendable {
    case badTarget(String)
    case badStreamID(StreamIDError)
    case methodNotAllowed(allowed: [String])
}

extension Route {
    /// How many streams one socket may carry.
    package static let maximumStreamsPerSocket = 256

    /// Finds the resource that a request names.
    ///
    /// A stream id is everything after its prefix, percent-decoded once and then checked once, so that no encoding of a slash can
    /// lead elsewhere.
    package init(method: String, target: RequestTarget) throws(RouteRefusal) {
        let route = try Route(target)
        // Whether there is such an asset, and so whether its methods matter, is not known here.
        if case .asset = route {
            self = route
            return
        }
        guard route.allowedMethods.contains(method) else {
            throw .methodNotAllowed(allowed: route.allowedMethods)
        }
        self = route
    }

    private init(_ target: RequestTarget) throws(RouteRefusal) {
        switch target.path {
        case "/ws", "/ws/": self = try .viewerOfMany(Self.streamList(target.query["streams"]))
        case "/api/streams", "/api/streams/": self = .streams
        case "/health": self = .health
        case "/livez": self = .livez
        case "/readyz": self = .readyz
        case "/metrics": self = .metrics
        case let path where path.hasPrefix("/ingest/"): self = try .ingest(Self.streamID(path, after: "/ingest/"))
        case let path where path.hasPrefix("/ws/"): self = try .viewer(Self.streamID(path, after: "/ws/"))
        case let path where path.hasPrefix("/snapshot/"): self = try .snapshot(Self.streamID(path, after: "/snapshot/"))
        case let path where path.hasPrefix("/multipart/"):
            self = try .multipart(Self.streamID(path, after: "/multipart/"))
        case let path where path.hasPrefix("/api/streams/"):
            self = try .stream(Self.streamID(path, after: "/api/streams/"))
        case let path:
            guard let decoded = PercentDecoding.decode(path) else {
                throw .badTarget("the path is not percent-encoded UTF-8")
            }
            self = .asset(path: decoded)
        }
    }

    private static func streamID(_ path: Substring, after prefix: String) throws(RouteRefusal) -> StreamID {
        guard let name = PercentDecoding.decode(path.dropFirst(prefix.count)) else {
            throw .badTarget("the stream id is not percent-encoded UTF-8")
        }
        return try streamID(name)
    }

    private static func streamID(_ name: some StringProtocol) throws(RouteRefusal) -> StreamID {
        do { return try StreamID(name) } catch { throw .badStreamID(error) }
    }

    private static func streamList(_ list: String?) throws(RouteRefusal) -> [StreamID] {
        var ids: [StreamID] = []
        for name in (list ?? "").split(separator: ",") {
            let id = try streamID(name)
            if !ids.contains(id) { ids.append(id) }
        }
        guard ids.count <= maximumStreamsPerSocket else {
            throw .badTarget("a socket carries at most \(maximumStreamsPerSocket) streams")
        }
        return ids
    }
}
