/// A request's target, taken apart: the raw path and the decoded query (RFC 9112, section 3.2.1).
package struct RequestTarget: Sendable {
    package let path: Substring
    package let query: [String: String]

    /// - Throws: ``RouteRefusal/badTarget`` when the target is not an absolute path or its query cannot be decoded.
    package init(_ target: String) throws(RouteRefusal) {
        guard target.hasPrefix("/") else { throw .badTarget("the request target is not an absolute path") }
        let parts = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        path = parts[0]
        var query: [String: String] = [:]
        for item in parts.count > 1 ? parts[1].split(separator: "&") : [] {
            let pair = item.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = PercentDecoding.decode(pair[0], plusIsSpace: true),
                let value = PercentDecoding.decode(pair.count > 1 ? pair[1] : "", plusIsSpace: true)
            else { throw .badTarget("the query is not percent-encoded UTF-8") }
            query[name] = value
        }
        self.query = query
    }
}
