/// Takes secrets out of text that is going to be shown.
package enum Redaction {
    /// Words that name a secret when `=` and a value follow, as cameras have them in paths and queries.
    private static let secretKeys = [
        "password", "passwd", "passphrase", "pass", "pwd", "token", "secret", "apikey", "auth",
    ]

    /// The text with all that could be user name and password of a URL, and the values of secret parameters, as `***`.
    ///
    /// Made for URLs that did not parse too: rather too much is hidden than too little.
    package static func redact(_ text: some StringProtocol) -> String {
        redactParameters(redactUserInfo(String(text)))
    }

    private static func redactUserInfo(_ text: String) -> String {
        guard let at = text.lastIndex(of: "@") else { return text }
        let start: String.Index
        if let scheme = text.range(of: "://") {
            guard scheme.upperBound <= at else { return text }
            start = scheme.upperBound
        } else if let colon = text.firstIndex(of: ":"), colon < at {
            start = text.index(after: colon)
        } else {
            return text
        }
        return text[..<start] + "***" + text[at...]
    }

    /// Hides the values of parameters with secret names, up to the next `&`, `/`, `;`, `?`, `#` or blank.
    static func redactParameters(_ text: String) -> String {
        var result = ""
        var rest = text[...]
        while let equals = rest.firstIndex(of: "=") {
            let valueStart = rest.index(after: equals)
            result += rest[..<valueStart]
            let name = rest[..<equals].lowercased()
            rest = rest[valueStart...]
            guard secretKeys.contains(where: name.hasSuffix) else { continue }
            result += "***"
            rest = rest.drop { !"&/;?# ".contains($0) }
        }
        return result + rest
    }
}

extension String {
    /// Where `part` occurs first.
    func range(of part: String) -> Range<String.Index>? {
        self.ranges(of: part).first
    }
}
