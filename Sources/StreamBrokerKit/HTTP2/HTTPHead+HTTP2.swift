package import NIOHPACK
package import NIOHTTP1

extension HTTPRequestHead {
    /// The head that HTTP/1.1 would have brought (RFC 9113, section 8.3.1), an upgrade for an extended CONNECT. The library has checked the
    /// pseudo-header fields.
    package init(http2 block: HPACKHeaders, hasBody: Bool) {
        var method = "", path: String?, authority: String?, tunnelled: String?
        var fields: [(String, String)] = []
        var cookies: [String] = []
        fields.reserveCapacity(block.count)
        for (name, value, _) in block {
            switch name {
            case ":method": method = value
            case ":path": path = value
            case ":authority": authority = value
            case ":protocol": tunnelled = value
            case "cookie": cookies.append(value)
            default: if !name.hasPrefix(":") { fields.append((name, value)) }
            }
        }
        // One host that differs from the authority is two of them, and refused as such.
        if let authority, !fields.contains(where: { $0.0 == "host" && $0.1.lowercased() == authority.lowercased() }) {
            fields.append(("host", authority))
        }
        // A client may have cut its cookies into crumbs (section 8.2.3).
        if !cookies.isEmpty { fields.append(("cookie", cookies.joined(separator: "; "))) }
        // What asks HTTP/1.1 for another protocol; over HTTP/2 nobody can send these fields (RFC 8441, section 5).
        if let tunnelled {
            method = "GET"
            fields += [("connection", "upgrade"), ("upgrade", tunnelled)]
        }
        // Only that there is a body: its end is the stream's.
        if hasBody, tunnelled == nil, !fields.contains(where: { $0.0 == "content-length" }) {
            fields.append(("transfer-encoding", "chunked"))
        }
        self.init(
            version: HTTPVersion(major: 2, minor: 0),
            method: HTTPMethod(rawValue: method),
            uri: path ?? authority ?? "",
            headers: HTTPHeaders(fields)
        )
    }

    /// Whether there are more fields than the limits allow, or longer ones. For HTTP/1.1 the decoder has counted already.
    func isTooLarge(for limits: RequestLimits) -> Bool {
        guard version.major == 2 else { return false }
        let bytes = headers.reduce(0) { $0 + $1.name.utf8.count + $1.value.utf8.count }
        return headers.count > limits.maximumHeaderFields || bytes > limits.maximumHeaderBytes
    }
}

extension HPACKHeaders {
    /// The header block of a response, without the fields that are about an HTTP/1.1 connection (RFC 9113, section 8.2.2).
    init(http1 head: HTTPResponseHead) {
        self.init([(":status", String(head.status.code))])
        for (name, value, _) in HPACKHeaders(httpHeaders: head.headers) { add(name: name, value: value) }
    }
}
