import NIOHTTP1
import StreamBrokerCore

/// The checks that every request passes before it is looked at (RFC 9112, sections 3.2 and 6.3; RFC 9110, section 10.1.1).
enum RequestHeaders {
    static func refusal(of head: HTTPRequestHead, limits: RequestLimits) -> HTTPAnswer? {
        guard !head.isTooLarge(for: limits) else { return .headTooLarge(limits) }
        guard head.uri.utf8.count <= limits.maximumTargetBytes else {
            return .error(
                .uriTooLong,
                "the request target is longer than \(limits.maximumTargetBytes) bytes",
                hint: "shorten the address",
                closesConnection: true,
                limit: .target
            )
        }
        let hosts = head.headers["Host"]
        if hosts.count > 1 || (hosts.isEmpty && head.version != .http1_0) {
            return .error(
                .badRequest,
                hosts.isEmpty ? "the Host header is missing" : "there is more than one Host header",
                hint: "send exactly one Host header",
                closesConnection: true,
                limit: .host
            )
        }
        if let host = hosts.first, !HostField.isValid(host) {
            return .error(
                .badRequest,
                "the Host header is malformed",
                hint: "send host or host:port",
                closesConnection: true,
                limit: .host
            )
        }
        return nil
    }

    /// The body's length when the request tells it; `nil` for a chunked body. The decoder takes nothing but digits: what is no `Int` is
    /// beyond it.
    static func contentLength(of head: HTTPRequestHead) -> Int? {
        head.headers.first(name: "Content-Length").map { Int($0) ?? .max }
    }

    static func hasBody(_ head: HTTPRequestHead) -> Bool {
        head.headers.contains(name: "Transfer-Encoding") || (contentLength(of: head) ?? 0) > 0
    }

    /// Whether the decoder stops after this request, since another protocol may follow it on the connection.
    static func offersUpgrade(_ head: HTTPRequestHead) -> Bool {
        head.headers.contains(name: "Upgrade")
    }

    static func expectsContinue(_ head: HTTPRequestHead) -> Bool {
        head.headers[canonicalForm: "Expect"].contains { $0.lowercased() == "100-continue" }
    }
}
