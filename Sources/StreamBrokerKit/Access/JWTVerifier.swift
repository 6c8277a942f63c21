internal import Foundation
internal import JWTKit
package import StreamBrokerCore

/// Which JSON Web Tokens are taken (RFC 7519, RFC 8725): signed with one of the keys, in time, from and for whom they should be.
///
/// Their claims say what the holder may do: `"permissions": ["view"]`, `"streams": ["front-*"]`. `exp` must be there.
public final class JWTVerifier: Sendable {
    private let keys: [JWTKey]
    private let issuer: String?
    private let audience: String?
    private let leeway: Duration

    /// Makes a verifier.
    ///
    /// - Parameters:
    ///   - issuer: What `iss` must be; `nil` for anything.
    ///   - audience: What `aud` must contain; `nil` for anything.
    ///   - leeway: How far the issuer's clock may be from ours. Default 30 seconds.
    public init(keys: [JWTKey], issuer: String? = nil, audience: String? = nil, leeway: Duration = .seconds(30)) {
        self.keys = keys
        self.issuer = issuer
        self.audience = audience
        self.leeway = leeway
    }

    /// Three parts between dots, the first of which is a JSON object in base64url.
    static func isJWT(_ token: String) -> Bool {
        token.hasPrefix("eyJ") && token.count { $0 == "." } == 2
    }

    /// Whose token it is, and what it allows.
    ///
    /// - Throws: ``AccessDenial`` with the reason.
    package func verify(
        _ token: String,
        at now: UnixMicroseconds
    ) throws(AccessDenial) -> (subject: String, grant: Grant) {
        let parts = token.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, let header: JWTTokenHeader = Self.decode(parts[0]),
            let signature = Base64URL.decode(parts[2]), header.crit == nil
        else { throw AccessDenial(.invalid) }
        let signed = Data("\(parts[0]).\(parts[1])".utf8)
        // The key decides on the algorithm; what the token says must be the same, and never chooses.
        let candidates = keys.filter { $0.algorithm.name == header.alg && $0.id == header.kid }
        guard candidates.contains(where: { (try? $0.algorithm.verify(signature, signs: signed)) ?? false }),
            let claims: JWTClaims = Self.decode(parts[1])
        else { throw AccessDenial(.invalid) }
        return (Self.name(claims.sub), try check(claims, at: now))
    }

    private func check(_ claims: JWTClaims, at now: UnixMicroseconds) throws(AccessDenial) -> Grant {
        guard let expiration = claims.exp else { throw AccessDenial(.invalid) }
        let expiry = JWTClaims.moment(expiration, later: leeway)
        guard now < expiry else { throw AccessDenial(.expired) }
        if let start = claims.nbf, now < JWTClaims.moment(start, later: .zero - leeway) {
            throw AccessDenial(.notYetValid)
        }
        if let issuer, claims.iss != issuer { throw AccessDenial(.issuer) }
        if let audience, claims.aud?.values.contains(audience) != true { throw AccessDenial(.audience) }
        guard let grant = claims.grant(expiry: expiry) else { throw AccessDenial(.invalid) }
        return grant
    }

    /// A subject as the log may show it.
    private static func name(_ subject: String?) -> String {
        let letters = (subject ?? "").unicodeScalars.filter { $0.properties.generalCategory != .control }.prefix(64)
        return letters.isEmpty ? "jwt" : String(String.UnicodeScalarView(letters))
    }

    private static func decode<Value: Decodable>(_ part: Substring) -> Value? {
        Base64URL.decode(part).flatMap { try? JSONDecoder().decode(Value.self, from: Data($0)) }
    }
}

extension JWTVerifier: Hashable {
    /// Whether both are the same verifier: keys cannot be compared.
    public static func == (left: JWTVerifier, right: JWTVerifier) -> Bool { left === right }

    /// Feeds the verifier's identity.
    public func hash(into hasher: inout Hasher) { hasher.combine(ObjectIdentifier(self)) }
}
