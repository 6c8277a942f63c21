import NIOHTTP1

/// The one other origin that may read answers: the page that `brokerctl web` serves from another port of the broker's own host.
///
/// Whoever can serve from that host's name is trusted with its pictures already: the same browser would load them as the same site.
/// Pages of every other origin stay shut out (Fetch Standard, section 3.3).
enum NeighbourOrigin {
    /// What to add to an answer to such a page; nothing for all others.
    static func headers(for request: HTTPHeaders) -> [(String, String)] {
        let origins = request["Origin"]
        guard origins.count == 1, let origin = origins.first, let host = request.first(name: "Host"),
            let originHost = hostName(ofOrigin: origin), originHost == hostName(host)
        else { return [] }
        return [
            ("Access-Control-Allow-Origin", origin),
            ("Access-Control-Expose-Headers", "Retry-After, ETag, Age, X-Sequence, X-Capture-Time-Us"),
            ("Vary", "Origin"),
        ]
    }

    private static func hostName(ofOrigin origin: String) -> Substring? {
        for scheme in ["http://", "https://"] where origin.hasPrefix(scheme) {
            return hostName(origin.dropFirst(scheme.count))
        }
        return nil
    }

    /// Without the port. An IPv6 address has colons of its own, in brackets.
    private static func hostName(_ authority: some StringProtocol) -> Substring? {
        let authority = Substring(authority)
        guard !authority.isEmpty, !authority.hasSuffix("]"), let colon = authority.lastIndex(of: ":") else {
            return authority.isEmpty ? nil : authority
        }
        return authority[..<colon]
    }
}
