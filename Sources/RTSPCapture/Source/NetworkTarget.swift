/// The parts of an `rtsp`, `rtsps`, `http` or `https` URL (RFC 3986, section 3).
package struct NetworkTarget: Hashable, Sendable {
    let scheme: String
    let credentials: Credentials?
    /// A name, an IPv4 address, or an IPv6 address in brackets; in small letters.
    let host: String
    let port: Int?
    /// Path and query, percent-encoded where a request line needs it.
    let path: String

    /// libavformat's room for user name, colon and password, percent-encoded (`char auth[128]` in rtsp.c).
    static let userInfoLimit = 127

    /// Parses what follows `scheme://` in `text`.
    init(scheme: String, _ rest: Substring, of text: String) throws(CaptureError) {
        let (userInfo, hostAndPort, path) = try NetworkTarget.split(rest, of: text)
        self.scheme = scheme
        credentials = if let userInfo { try NetworkTarget.credentials(userInfo, of: text) } else { nil }
        (host, port) = try NetworkTarget.hostAndPort(hostAndPort, of: text)
        self.path = PercentCoding.encodePath(path.prefix { $0 != "#" })
        if let encoded = encodedUserInfo, encoded.utf8.count > NetworkTarget.userInfoLimit {
            throw .invalidURL(
                text,
                "user name and password are too long (\(NetworkTarget.userInfoLimit) bytes at most)"
            )
        }
    }

    /// Parts user information, host and path.
    ///
    /// By the RFC the first `/`, `?` or `#` ends the authority, and the last `@` before it ends the user information.
    /// People write passwords with these characters in them all the same. Where the part before the first slash cannot
    /// be a host and a port, the `@` behind is looked for; where both readings are possible, we do not guess which host
    /// gets the password.
    private static func split(
        _ rest: Substring,
        of text: String
    ) throws(CaptureError) -> (userInfo: Substring?, hostAndPort: Substring, path: Substring) {
        let end = rest.firstIndex { "/?#".contains($0) } ?? rest.endIndex
        let (authority, path) = (rest[..<end], rest[end...])
        let atInPath = path.prefix { $0 != "?" && $0 != "#" }.lastIndex(of: "@")
        let ambiguous = CaptureError.invalidURL(
            text,
            "it can be read in two ways: write `/` as %2F and `@` as %40 in the password (and `@` as %40 in the path)"
        )
        if let at = authority.lastIndex(of: "@") {
            if atInPath != nil { throw ambiguous }
            return (authority[..<at], authority[authority.index(after: at)...], path)
        }
        guard let at = atInPath ?? (path.hasPrefix("/") ? nil : path.lastIndex(of: "@")) else {
            return (nil, authority, path)
        }
        guard let colon = authority.firstIndex(of: ":"), !authority.hasPrefix("["),
            Int(authority[authority.index(after: colon)...]) == nil
        else { throw ambiguous }
        let behind = rest[rest.index(after: at)...]
        let hostEnd = behind.firstIndex { "/?#".contains($0) } ?? behind.endIndex
        return (rest[..<at], behind[..<hostEnd], behind[hostEnd...])
    }

    private static func credentials(_ userInfo: Substring, of text: String) throws(CaptureError) -> Credentials {
        let colon = userInfo.firstIndex(of: ":") ?? userInfo.endIndex
        guard let user = PercentCoding.decode(userInfo[..<colon]),
            let password = PercentCoding.decode(userInfo[colon...].dropFirst())
        else { throw .invalidURL(text, "user name and password must be UTF-8") }
        guard !(user + password).unicodeScalars.contains(where: { $0.value < 0x20 || $0.value == 0x7F }) else {
            throw .invalidURL(text, "there is a control character in the user name or password")
        }
        return Credentials(user: user, password: password)
    }

    private static func hostAndPort(_ part: Substring, of text: String) throws(CaptureError) -> (String, Int?) {
        var (host, port) = (part, Substring())
        if part.hasPrefix("[") {
            guard let close = part.firstIndex(of: "]"),
                part[part.index(after: part.startIndex)..<close].allSatisfy({ $0.isHexDigit || ":.".contains($0) })
            else { throw .invalidURL(text, "the IPv6 address is not in brackets, as in `[::1]`") }
            host = part[...close]
            port = part[part.index(after: close)...]
        } else if let colon = part.firstIndex(of: ":") {
            host = part[..<colon]
            port = part[colon...]
            if port.dropFirst().contains(":") {
                throw .invalidURL(text, "an IPv6 address must be in brackets, as in `[::1]`")
            }
        }
        guard !host.isEmpty else { throw .invalidURL(text, "the host is missing") }
        guard
            host.hasPrefix("[") || host.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || "-._".contains($0)) })
        else { throw .invalidURL(text, "the host has a character in it that no host name has") }
        if port.isEmpty { return (host.lowercased(), nil) }
        guard port.hasPrefix(":"), let number = Int(port.dropFirst()), (1...65535).contains(number) else {
            throw .invalidURL(text, "the port is not a number from 1 to 65535")
        }
        return (host.lowercased(), number)
    }
}

extension NetworkTarget {
    /// The port, or the scheme's own.
    var effectivePort: Int {
        port ?? ["rtsp": 554, "rtsps": 322, "http": 80, "https": 443][scheme]!
    }

    /// Whether a connection to `other` goes to the same place, and is as private.
    func isSameEndpoint(as other: NetworkTarget) -> Bool {
        scheme == other.scheme && host == other.host && effectivePort == other.effectivePort
    }

    /// User name and password as libavformat wants them, which needs the colon even without a password.
    private var encodedUserInfo: String? {
        credentials.map {
            "\(PercentCoding.encodeUserInfo($0.user)):\(PercentCoding.encodeUserInfo($0.password))"
        }
    }

    /// The URL for libavformat. It has the password in it: never print it.
    var secretURL: String { url(userInfo: encodedUserInfo, path: path) }

    private func url(userInfo: String?, path: String) -> String {
        "\(scheme)://\(userInfo.map { $0 + "@" } ?? "")\(host)\(port.map { ":\($0)" } ?? "")\(path)"
    }
}

extension NetworkTarget: CustomStringConvertible {
    /// The URL without secrets.
    package var description: String {
        url(userInfo: credentials.map(\.description), path: Redaction.redactParameters(path))
    }
}
