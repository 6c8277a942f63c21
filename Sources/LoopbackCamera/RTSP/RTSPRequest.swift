/// A request of RTSP 1.0 (RFC 2326, section 6).
package struct RTSPRequest: Hashable, Sendable {
    /// The method's name, as sent: methods are case-sensitive.
    package var method: String
    /// The URI, as sent.
    package var uri: String
    /// The version, as in `RTSP/1.0`.
    package var version: String
    /// Header fields in their order.
    package var fields: [(name: String, value: String)]
    /// The body, empty when there is none.
    package var body: [UInt8]

    package init(
        method: String,
        uri: String,
        version: String = "RTSP/1.0",
        fields: [(name: String, value: String)] = [],
        body: [UInt8] = []
    ) {
        self.method = method
        self.uri = uri
        self.version = version
        self.fields = fields
        self.body = body
    }

    /// The value of the first field with this name, whatever its letters' case.
    package subscript(name: String) -> String? {
        let wanted = name.lowercased()
        return fields.first { $0.name.lowercased() == wanted }?.value
    }

    package static func == (left: RTSPRequest, right: RTSPRequest) -> Bool {
        left.method == right.method && left.uri == right.uri && left.version == right.version
            && left.body == right.body && left.fields.elementsEqual(right.fields, by: ==)
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(method)
        hasher.combine(uri)
    }
}
