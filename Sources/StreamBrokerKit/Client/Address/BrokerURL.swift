internal import Foundation
package import StreamBrokerCore

/// Where a broker is: scheme, host, port, and the path under which a proxy may have put it.
///
/// `http`, `https`, `ws` and `wss` are understood; the port is 80 or 443 when the address names none. A user name and password in the
/// address are sent as HTTP Basic credentials (RFC 7617) and appear in no description.
public struct BrokerURL: Sendable, Hashable, CustomStringConvertible {
    /// Whether the connection is encrypted (`https`, `wss`).
    public let isSecure: Bool
    /// The host's name or address, an IPv6 address without its brackets.
    public let host: String
    /// The TCP port.
    public let port: Int
    /// What precedes the broker's own paths: empty, or `/` and more without a slash at its end.
    public let basePath: String

    let credentials: Secret?

    /// Reads an address such as `http://127.0.0.1:3090` or `https://example.com/cameras`.
    ///
    /// - Throws: ``BrokerClientError`` with the code ``BrokerClientError/Code/invalidAddress``.
    public init(_ text: String) throws(BrokerClientError) {
        let parts = try URLParts(text)
        guard parts.query == nil else {
            throw .invalidAddress(text, "an address of a broker has no query")
        }
        self.init(parts, basePath: parts.path)
    }

    init(_ parts: URLParts, basePath: Substring) {
        isSecure = parts.isSecure
        host = parts.host
        port = parts.port
        credentials = parts.credentials
        var path = basePath
        while path.hasSuffix("/") { path.removeLast() }
        self.basePath = String(path)
    }

    /// The address without its credentials.
    public var description: String { "\(isSecure ? "https" : "http")://\(authority)\(basePath)" }

    /// Where frames of a stream are posted.
    package func ingestURL(_ stream: StreamID) -> String { "\(description)/ingest/\(stream)" }

    /// Where a stream is viewed, for people to read.
    package func viewerURL(_ stream: StreamID) -> String {
        "\(isSecure ? "wss" : "ws")://\(authority)\(viewerTarget(stream))"
    }

    /// The path of a stream's viewers.
    package func viewerTarget(_ stream: StreamID) -> String { "\(basePath)/ws/\(stream)" }

    /// Host and port as `Host` carries them (RFC 9110, section 7.2): without the port that the scheme implies.
    package var authority: String {
        let name = host.contains(":") ? "[\(host)]" : host
        return port == (isSecure ? 443 : 80) ? name : "\(name):\(port)"
    }

    /// The value of `Authorization`, when the address has credentials.
    package var authorization: Secret? {
        credentials.map { Secret("Basic \(Data($0.revealed.utf8).base64EncodedString())") }
    }
}
