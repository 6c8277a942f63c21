/// A status of RTSP 1.0 (RFC 2326, section 7.1.1).
package struct RTSPStatus: Hashable, Sendable {
    package let code: Int
    package let reason: String

    package static let ok = RTSPStatus(code: 200, reason: "OK")
    package static let badRequest = RTSPStatus(code: 400, reason: "Bad Request")
    package static let notFound = RTSPStatus(code: 404, reason: "Not Found")
    package static let methodNotAllowed = RTSPStatus(code: 405, reason: "Method Not Allowed")
    package static let notAcceptable = RTSPStatus(code: 406, reason: "Not Acceptable")
    package static let entityTooLarge = RTSPStatus(code: 413, reason: "Request Entity Too Large")
    package static let uriTooLong = RTSPStatus(code: 414, reason: "Request-URI Too Large")
    package static let parameterNotUnderstood = RTSPStatus(code: 451, reason: "Parameter Not Understood")
    package static let sessionNotFound = RTSPStatus(code: 454, reason: "Session Not Found")
    package static let methodNotValidInThisState = RTSPStatus(code: 455, reason: "Method Not Valid in This State")
    package static let unsupportedTransport = RTSPStatus(code: 461, reason: "Unsupported Transport")
    package static let internalError = RTSPStatus(code: 500, reason: "Internal Server Error")
    package static let notImplemented = RTSPStatus(code: 501, reason: "Not Implemented")
    package static let versionNotSupported = RTSPStatus(code: 505, reason: "RTSP Version Not Supported")
    package static let optionNotSupported = RTSPStatus(code: 551, reason: "Option not supported")
}

/// A response of RTSP 1.0 (RFC 2326, section 7).
package struct RTSPResponse: Sendable {
    package var status: RTSPStatus
    package var fields: [(name: String, value: String)]
    package var body: String

    package init(_ status: RTSPStatus, fields: [(name: String, value: String)] = [], body: String = "") {
        self.status = status
        self.fields = fields
        self.body = body
    }

    /// The value of the first field with this name.
    package subscript(name: String) -> String? {
        fields.first { $0.name == name }?.value
    }

    /// The response as it goes on the wire.
    package var text: String {
        var text = "RTSP/1.0 \(status.code) \(status.reason)\r\n"
        for field in fields { text += "\(field.name): \(field.value)\r\n" }
        text += "Server: stream-broker\r\n"
        if !body.isEmpty { text += "Content-Length: \(body.utf8.count)\r\n" }
        return text + "\r\n" + body
    }
}
