import NIOHTTP1
import StreamBrokerCore

/// The answers to requests that are answered at once.
extension BrokerService {
    /// `nil` for routes that take longer, and for addresses that are none of ours.
    func immediateAnswer(
        to route: Route,
        head: HTTPRequestHead,
        target: RequestTarget,
        identity: AccessIdentity
    ) -> HTTPAnswer? {
        switch route {
        case .ingest, .viewer, .viewerOfMany, .multipart, .stream: nil
        case .snapshot(let stream): snapshot(stream, head: head, query: target.query)
        case .streams: .json(StreamList(streams: statuses(knownTo: identity)))
        case .health: health
        case .livez: .json(["status": "ok"])
        case .readyz: connections.isDraining ? .draining : .json(["status": "ok"])
        case .metrics:
            HTTPAnswer(
                contentType: PrometheusText.contentType,
                headers: [("Cache-Control", "no-store")],
                body: Array(PrometheusText.metrics(of: self).utf8)
            )
        case .asset(let path): PageAssets.asset(at: path).map { .asset($0, requestHeaders: head.headers) }
        }
    }

    /// Sends a browser from the bare page to the page with the address of its broker in it.
    func pageWithBroker(head: HTTPRequestHead) -> HTTPAnswer {
        let query = Credential.repeatableQuery(ofTarget: head.uri).map { "&\($0)" } ?? ""
        var answer = HTTPAnswer(status: .found, contentType: "text/plain", body: [])
        answer.headers.add(name: "Location", value: "/?broker=\(brokerOfPage ?? brokerBeside(head))\(query)")
        return answer
    }

    private func brokerBeside(_ head: HTTPRequestHead) -> String {
        let host = head.headers.first(name: "Host") ?? "127.0.0.1"
        // An IPv6 address has colons of its own, in brackets.
        let name = host.hasSuffix("]") ? host[...] : host.lastIndex(of: ":").map { host[..<$0] } ?? host[...]
        return "http://\(name):\(BrokerServerConfiguration().port)"
    }

    func hasAsset(at path: String) -> Bool { servesPage && PageAssets.asset(at: path) != nil }

    private var health: HTTPAnswer {
        .json(
            Health(
                status: connections.isDraining ? "draining" : "ok",
                version: StreamBroker.version,
                activeStreams: broker.activeStreamCount,
                totalConnections: connections.counts.open,
                uptimeSeconds: uptime.components.seconds
            )
        )
    }

    private struct StreamList: Encodable {
        var streams: [StreamStatus]
    }

    private struct Health: Encodable {
        var status: String
        var version: String
        var activeStreams: Int
        var totalConnections: Int
        var uptimeSeconds: Int64

        enum CodingKeys: String, CodingKey {
            case status, version
            case activeStreams = "active_streams"
            case totalConnections = "total_connections"
            case uptimeSeconds = "uptime_s"
        }
    }
}

extension HTTPAnswer {
    static func noStream(_ stream: StreamID) -> HTTPAnswer {
        .error(.notFound, "there is no stream \(stream)", hint: "see GET /api/streams for the streams there are")
    }

    static func asset(_ asset: PageAsset, requestHeaders: HTTPHeaders) -> HTTPAnswer {
        let isKnown = EntityTag.matches(asset.etag, requestHeaders)
        var answer = HTTPAnswer(
            status: isKnown ? .notModified : .ok,
            contentType: asset.contentType,
            body: isKnown ? [] : asset.bytes
        )
        answer.headers = HTTPHeaders(asset.headers.map { ($0.name, $0.value) })
        return answer
    }
}

/// `If-None-Match` (RFC 9110, section 13.1.2).
enum EntityTag {
    static func matches(_ tag: String, _ headers: HTTPHeaders) -> Bool {
        headers[canonicalForm: "If-None-Match"].contains { candidate in
            candidate == "*" || candidate == tag || candidate == "W/\(tag)"
        }
    }
}
