import NIOHTTP1
import StreamBrokerCore

/// The checks that every request passes before it is looked at (RFC 9112, sections 3.2 and 6.3; RFC 9110, section 10.1.1).
enum RequestHeaders {
    static func refusal(of head: HTTPRequestHead, limits: RequestLimits) -> HTTPAnswer? {
        guard head.uri.utf8.count <= limits.maximumTargetBytes else {
            return .error(
                .uriTooLong,
                "the request target is longer than \(limits.maximumTargetBytes) bytes",
                hint: "shorten the address",
                closesConnection: true
            )
        }
        let hosts = head.headers["Host"]
        if head.version != .http1_0, hosts.count != 1 {
            return .error(
                .badRequest,
                hosts.isEmpty ? "the Host header is missing" : "there is more than one Host header",
                hint: "send exactly one Host header",
                closesConnection: true
            )
        }
        if let host = hosts.first, host.contains(where: { $0 == "@" || $0 == "/" || $0 == " " || $0 == "," }) {
            return .error(
                .badRequest,
                "the Host header is malformed",
                hint: "send host or host:port",
                closesConnection: true
            )
        }
        return nil
    }

    /// The body's length when the request tells it; `nil` for a chunked body.
    static func contentLength(of head: HTTPRequestHead) -> Int? {
        head.headers.first(name: "Content-Length").flatMap { Int($0) }
    }

    static func hasBody(_ head: HTTPRequestHead) -> Bool {
        head.headers.contains(name: "Transfer-Encoding") || (contentLength(of: head) ?? 0) > 0
    }

    static func expectsContinue(_ head: HTTPRequestHead) -> Bool {
        head.headers[canonicalForm: "Expect"].contains { $0.lowercased() == "100-continue" }
    }
}
