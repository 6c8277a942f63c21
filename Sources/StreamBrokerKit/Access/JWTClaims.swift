internal import Foundation
import StreamBrokerCore

/// The header of a JSON Web Token, as far as it decides anything (RFC 7515, section 4.1).
struct JWTTokenHeader: Decodable {
    var alg: String
    var kid: String?
    /// Extensions that must be understood; none is.
    var crit: [String]?
}

/// The claims of a JSON Web Token: when, from whom and for whom (RFC 7519, section 4.1), and what its holder may do.
struct JWTClaims: Decodable {
    var exp: Double?
    var nbf: Double?
    var iss: String?
    var aud: OneOrMany?
    var sub: String?
    var streams: [String]?
    var permissions: [String]?

    /// A text, or a list of them.
    struct OneOrMany: Decodable {
        var values: [String]

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let one = try? container.decode(String.self) {
                values = [one]
            } else {
                values = try container.decode([String].self)
            }
        }
    }

    /// What the claims allow; `nil` when they name a permission or a pattern that does not exist.
    func grant(expiry: UnixMicroseconds?) -> Grant? {
        var granted: Set<Permission> = []
        for name in permissions ?? [] {
            guard let permission = Permission(rawValue: name) else { return nil }
            granted.insert(permission)
        }
        var patterns: [StreamPattern] = []
        for text in streams ?? [] {
            guard let pattern = try? StreamPattern(text) else { return nil }
            patterns.append(pattern)
        }
        return Grant(granted, streams: patterns, expiry: expiry)
    }

    /// A NumericDate as a moment; far away ones end where the clock does.
    static func moment(_ seconds: Double, later leeway: Duration = .zero) -> UnixMicroseconds {
        let extra = Double(leeway.components.seconds) + Double(leeway.components.attoseconds) / 1e18
        return UnixMicroseconds(Int64(exactly: ((seconds + extra) * 1e6).rounded()) ?? (seconds < 0 ? .min : .max))
    }
}
