import NIOHTTP1

/// Why a request is not carried out.
package struct AccessDenial: Error, Hashable, Sendable {
    /// The kinds of reasons. The names are labels on a metric.
    package enum Reason: String, Hashable, Sendable, CaseIterable {
        /// There is no token, and without one this is not allowed.
        case missing
        /// The token is none of ours: unknown, malformed, or signed with another key.
        case invalid
        case expired
        case notYetValid = "not_yet_valid"
        /// A token from somebody else.
        case issuer
        /// A token for somebody else.
        case audience
        /// The token is good, and not for this.
        case permission
        /// The token is good for this, and not with this stream.
        case stream
        /// A page of another site asks.
        case origin
    }

    package let reason: Reason
    /// What the holder of the token is called.
    package var name: String?

    package init(_ reason: Reason, name: String? = nil) {
        self.reason = reason
        self.name = name
    }

    /// Whether another token may help, or nobody is let in by it (RFC 9110, section 15.5).
    var status: HTTPResponseStatus {
        switch reason {
        case .permission, .stream, .origin: .forbidden
        case .missing, .invalid, .expired, .notYetValid, .issuer, .audience: .unauthorized
        }
    }

    /// What is wrong, for people.
    package var text: String {
        switch reason {
        case .missing: "a token is needed"
        case .invalid: "the token is not valid"
        case .expired: "the token has expired"
        case .notYetValid: "the token is not valid yet"
        case .issuer: "the token is from another issuer"
        case .audience: "the token is for another audience"
        case .permission: "the token does not allow this"
        case .stream: "the token is not for this stream"
        case .origin: "pages of this origin may not use the broker"
        }
    }

    var hint: String {
        switch reason {
        case .missing: "send Authorization: Bearer TOKEN, or add ?token=TOKEN to the address"
        case .invalid, .issuer, .audience: "check the token, or ask whoever runs the broker for one"
        case .expired: "ask whoever runs the broker for a new one"
        case .notYetValid: "try again later, and check the clocks"
        case .permission, .stream: "ask whoever runs the broker for a token that does"
        case .origin: "serve the page from the broker's own address, or allow its origin with --allow-origin"
        }
    }

    /// The answer, without a trace of the token.
    var answer: HTTPAnswer {
        var headers: [(String, String)] = []
        if status == .unauthorized {
            // RFC 6750, section 3: without a token there is no error to name.
            let error = reason == .missing ? "" : #", error="invalid_token", error_description="\#(text)""#
            headers.append(("WWW-Authenticate", #"Bearer realm="stream-broker"\#(error)"#))
        }
        // There is nothing in it to keep from anybody, and a page that is refused should be able to say why.
        if reason == .origin { headers.append(("Access-Control-Allow-Origin", "*")) }
        return .error(status, text, hint: hint, headers: headers)
    }
}
