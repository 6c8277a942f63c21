/// The origin of a web page: scheme, host and port (RFC 6454; HTML Standard, section 7.1.1).
public struct WebOrigin: Hashable, Sendable, CustomStringConvertible {
    let isSecure: Bool
    /// In lower case; an IPv6 address with its brackets.
    let host: String
    let port: Int

    /// Reads an origin as browsers write it: `https://cameras.example.org`, `http://192.168.1.10:8080`.
    ///
    /// - Throws: ``AccessError`` with ``AccessError/Code/invalidOrigin``.
    public init(_ text: String) throws(AccessError) {
        guard let origin = WebOrigin(field: text) else {
            throw AccessError(
                code: .invalidOrigin,
                message:
                    "an origin is a scheme and a host, perhaps with a port, and nothing behind it: https://cameras.example.org"
            )
        }
        self = origin
    }

    /// Reads the value of an `Origin` field; `nil` for `null` and for everything that is no origin of the web.
    init?(field: String) {
        let text = field.lowercased()
        if text.hasPrefix("https://") {
            self.init(isSecure: true, authority: text.dropFirst("https://".count))
        } else if text.hasPrefix("http://") {
            self.init(isSecure: false, authority: text.dropFirst("http://".count))
        } else {
            return nil
        }
    }

    /// The origin of what is served at a `Host`.
    init?(isSecure: Bool, authority: some StringProtocol) {
        let authority = authority.lowercased()
        var name = authority[...]
        var digits: Substring?
        if authority.hasPrefix("[") {
            guard let end = authority.firstIndex(of: "]") else { return nil }
            name = authority[...end]
            let rest = authority[authority.index(after: end)...]
            guard rest.isEmpty || rest.hasPrefix(":") else { return nil }
            digits = rest.isEmpty ? nil : rest.dropFirst()
            guard name.dropFirst().dropLast().allSatisfy({ $0.isHexDigit || $0 == ":" || $0 == "." }) else {
                return nil
            }
        } else {
            if let colon = authority.firstIndex(of: ":") {
                name = authority[..<colon]
                digits = authority[authority.index(after: colon)...]
            }
            guard name.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "." || $0 == "-" || $0 == "_") })
            else { return nil }
        }
        guard !name.isEmpty else { return nil }
        let standard = isSecure ? 443 : 80
        switch digits {
        case nil: port = standard
        // `Host` may have a colon and nothing behind it (RFC 3986, section 3.2.3).
        case "": port = standard
        case let digits?:
            guard digits.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
                let number = UInt16(digits)
            else { return nil }
            port = Int(number)
        }
        self.isSecure = isSecure
        host = String(name)
    }

    /// The origin as browsers write it.
    public var description: String {
        let scheme = isSecure ? "https" : "http"
        return port == (isSecure ? 443 : 80) ? "\(scheme)://\(host)" : "\(scheme)://\(host):\(port)"
    }
}
