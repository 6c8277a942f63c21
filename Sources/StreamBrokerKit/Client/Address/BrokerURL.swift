internal import Foundation
package import StreamBrokerCore

/// Where a broker is: scheme, host, port, and the path under which a proxy may have put it.
///
/// `http`, `https`, `ws` and `wss` are understood; the port is 80 or 443 when the address names none. A user name and password in the
/// address are sent as HTTP Basic credentials (RFC 7617) and appear in no description.
///
/// A broker that listens on a Unix socket of this machine is `unix:/run/stream-broker/broker.sock`.
public struct BrokerURL: Sendable, Hashable, CustomStringConvertible {
    /// Whether the connection is encrypted (`https`, `wss`).
    public let isSecure: Bool
    /// The host's name or address, an IPv6 address without its brackets.
    public let host: String
    /// The TCP port.
    public let port: Int
    /// What precedes the broker's own paths: empty, or `/` and more without a slash at its end.
    public let basePath: String

    /// The Unix socket on which the broker listens, in place of host and port; `nil` when it is reached over TCP.
    public let socketPath: String?

    let credentials: Secret?
    private var token: Secret?

    /// Reads an address such as `http://127.0.0.1:3090`, `https://example.com/cameras` or `unix:/run/stream-broker/broker.sock`.
    ///
    /// - Throws: ``BrokerClientError`` with the code ``BrokerClientError/Code/invalidAddress``.
    public init(_ text: String) throws(BrokerClientError) {
        if text.lowercased().hasPrefix("unix:") {
            try self.init(socketPath: String(text.dropFirst("unix:".count)))
            return
        }
        let parts = try URLParts(text)
        guard parts.query == nil else {
            throw .invalidAddress(text, "an address of a broker has no query")
        }
        self.init(parts, basePath: parts.path)
    }

    /// A broker that listens on a Unix socket.
    ///
    /// - Throws: ``BrokerClientError`` with the code ``BrokerClientError/Code/invalidAddress`` for a path that no socket can have.
    public init(socketPath: String) throws(BrokerClientError) {
        guard socketPath.hasPrefix("/"), !socketPath.hasSuffix("/"), !socketPath.utf8.contains(0) else {
            throw .invalidAddress(
                "unix:\(socketPath)",
                "a Unix socket is named by its whole path, as in unix:/run/broker.sock"
            )
        }
        guard socketPath.utf8.count <= Self.maximumSocketPath else {
            throw .invalidAddress(
                "unix:\(socketPath)",
                "the path of a Unix socket has at most \(Self.maximumSocketPath) bytes"
            )
        }
        self.socketPath = socketPath
        isSecure = false
        host = "localhost"
        port = 80
        basePath = ""
        credentials = nil
    }

    /// What fits into `sockaddr_un` of every system, with its closing zero.
    package static let maximumSocketPath = 103

    init(_ parts: URLParts, basePath: Substring) {
        socketPath = nil
        isSecure = parts.isSecure
        host = parts.host
        port = parts.port
        credentials = parts.credentials
        var path = basePath
        while path.hasSuffix("/") { path.removeLast() }
        self.basePath = String(path)
    }

    /// The address without its credentials.
    public var description: String {
        if let socketPath { return "unix:\(socketPath)" }
        return "\(isSecure ? "https" : "http")://\(authority)\(basePath)"
    }

    /// Where frames of a stream are posted.
    package func ingestURL(_ stream: StreamID) -> String {
        guard let socketPath else { return "\(description)/ingest/\(stream)" }
        // The HTTP client's own form: the socket's path takes the place of the host.
        let name = socketPath.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
        return "http+unix://\(name)/ingest/\(stream)"
    }

    /// Where a stream is viewed, for people to read.
    package func viewerURL(_ stream: StreamID) -> String {
        if let socketPath { return "unix:\(socketPath) \(viewerTarget(stream))" }
        return "\(isSecure ? "wss" : "ws")://\(authority)\(viewerTarget(stream))"
    }

    /// The path of a stream's viewers.
    package func viewerTarget(_ stream: StreamID) -> String { "\(basePath)/ws/\(stream)" }

    /// Host and port as `Host` carries them (RFC 9110, section 7.2): without the port that the scheme implies.
    package var authority: String {
        let name = host.contains(":") ? "[\(host)]" : host
        return port == (isSecure ? 443 : 80) ? name : "\(name):\(port)"
    }

    /// The same address, with a token to show there, which takes the place of credentials in the address.
    package func authorized(by token: Secret) -> BrokerURL {
        var address = self
        address.token = token
        return address
    }

    /// The value of `Authorization`, when there is a token, or the address has credentials.
    package var authorization: Secret? {
        token.map { Secret("Bearer \($0.revealed)") }
            ?? credentials.map { Secret("Basic \(Data($0.revealed.utf8).base64EncodedString())") }
    }
}
