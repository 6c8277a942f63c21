import NIOCore
package import NIOHTTP1
import NIOSSL

/// Which web pages may open a WebSocket, post, and read answers: those of the broker's own origin, and those that were named.
///
/// A browser sends a page's origin and lets no script change it. Without the rule any page that somebody visits could watch their
/// broker: browsers open WebSockets to any host, and send what they hold for it.
package struct OriginRule: Sendable {
    let allowed: Set<WebOrigin>

    package init(_ allowed: [WebOrigin] = []) {
        self.allowed = Set(allowed)
    }

    /// Whether the request comes from no page, or from one that may.
    package func allows(_ headers: HTTPHeaders, isSecure: Bool) -> Bool {
        let fields = headers["Origin"]
        guard let field = fields.first else { return true }
        guard fields.count == 1, let origin = WebOrigin(field: field) else { return false }
        if allowed.contains(origin) { return true }
        guard let host = headers.first(name: "Host"), let own = WebOrigin(isSecure: isSecure, authority: host) else {
            return false
        }
        return origin == own || isNeighbour(origin, of: own)
    }

    /// The page that `brokerctl web` serves from another port of this machine. Whoever can serve from there could as well connect
    /// without a browser. Whoever names origins has said all of them.
    private func isNeighbour(_ origin: WebOrigin, of own: WebOrigin) -> Bool {
        allowed.isEmpty && origin.host == own.host && LoopbackHost.isLoopback(own.host)
    }

    /// What to add to an answer to a page that may read it (Fetch Standard, section 3.3); nothing for all others.
    func responseHeaders(for headers: HTTPHeaders, isSecure: Bool) -> [(String, String)] {
        guard let origin = headers.first(name: "Origin"), allows(headers, isSecure: isSecure) else { return [] }
        return [
            ("Access-Control-Allow-Origin", origin),
            ("Access-Control-Expose-Headers", "Retry-After, ETag, Age, X-Sequence, X-Capture-Time-Us"),
            ("Vary", "Origin"),
        ]
    }

    /// Whether the client's side of the connection is encrypted. A proxy that took the encryption off says so; a browser lets no page
    /// say it.
    static func isSecure(_ headers: HTTPHeaders, on connection: any NIOCore.Channel) -> Bool {
        if let forwarded = headers[canonicalForm: "X-Forwarded-Proto"].first {
            // Some proxies name the WebSocket's own scheme.
            return ["https", "wss"].contains(forwarded.lowercased())
        }
        var current: (any NIOCore.Channel)? = connection
        // Beyond the connection is the one that accepts, which belongs to another loop.
        while let channel = current, channel.eventLoop.inEventLoop {
            if (try? channel.pipeline.syncOperations.handler(type: NIOSSLServerHandler.self)) != nil { return true }
            current = channel.parent
        }
        return false
    }
}
