internal import Foundation

/// An `http`, `https`, `ws` or `wss` address, taken apart (RFC 3986, section 3).
struct URLParts {
    let isSecure: Bool
    let host: String
    let port: Int
    let credentials: Secret?
    let path: Substring
    let query: Substring?

    init(_ text: String) throws(BrokerClientError) {
        guard let separator = text.firstRange(of: "://") else {
            throw .invalidAddress(text, "it needs a scheme, such as http://127.0.0.1:3090")
        }
        switch text[..<separator.lowerBound].lowercased() {
        case "http", "ws": isSecure = false
        case "https", "wss": isSecure = true
        default: throw .invalidAddress(text, "the scheme is http, https, ws or wss")
        }
        guard text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            throw .invalidAddress(text, "it has a space, a control character or a letter outside ASCII")
        }
        let withoutFragment = text[separator.upperBound...].prefix { $0 != "#" }
        let authority = withoutFragment.prefix { $0 != "/" && $0 != "?" }
        let rest = withoutFragment[authority.endIndex...]
        path = rest.prefix { $0 != "?" }
        query = path.endIndex == rest.endIndex ? nil : rest[path.endIndex...].dropFirst()

        var hostAndPort = authority
        if let at = authority.lastIndex(of: "@") {
            guard let decoded = String(authority[..<at]).removingPercentEncoding else {
                throw .invalidAddress(text, "the user name and password are not percent-encoded UTF-8")
            }
            credentials = Secret(decoded)
            hostAndPort = authority[authority.index(after: at)...]
        } else {
            credentials = nil
        }
        (host, port) = try Self.hostAndPort(hostAndPort, isSecure: isSecure, in: text)
    }

    private static func hostAndPort(
        _ text: Substring,
        isSecure: Bool,
        in address: String
    ) throws(BrokerClientError) -> (host: String, port: Int) {
        let host: Substring
        let afterHost: Substring
        if text.hasPrefix("[") {
            guard let end = text.firstIndex(of: "]") else {
                throw .invalidAddress(address, "the IPv6 address lacks its closing bracket")
            }
            host = text[text.index(after: text.startIndex)..<end]
            afterHost = text[text.index(after: end)...]
        } else {
            host = text.prefix { $0 != ":" }
            afterHost = text[host.endIndex...]
        }
        guard !host.isEmpty else { throw .invalidAddress(address, "it has no host") }
        guard !afterHost.isEmpty else { return (String(host), isSecure ? 443 : 80) }
        guard afterHost.hasPrefix(":"), afterHost.dropFirst().allSatisfy(\.isNumber),
            let port = Int(afterHost.dropFirst()), (1...65_535).contains(port)
        else { throw .invalidAddress(address, "the port is a number from 1 to 65535") }
        return (String(host), port)
    }
}

extension URLParts {
    /// An address as it may be shown: whatever stands where credentials or a token stand is replaced.
    static func redacted(_ text: String) -> String {
        let text = withoutToken(text)
        let start = text.firstRange(of: "://")?.upperBound ?? text.startIndex
        // Up to the last "@" of all: a password with an unescaped slash in it is still a password.
        guard let at = text[start...].lastIndex(of: "@") else { return text }
        return text[..<start] + "***" + text[at...]
    }

    private static func withoutToken(_ text: String) -> String {
        guard let name = text.firstRange(of: "token=") else { return text }
        let rest = text[name.upperBound...].drop { $0 != "&" && $0 != "#" }
        return text[..<name.upperBound] + "***" + withoutToken(String(rest))
    }
}
