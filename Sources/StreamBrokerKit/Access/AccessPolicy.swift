package import StreamBrokerCore

/// Who may do what with a broker.
///
/// ```swift
/// var access = AccessPolicy()
/// access.tokens = [StaticToken(name: "yard", hash: try TokenHash(of: token), grant: Grant([.publish], streams: [try StreamPattern("yard")]))]
/// access.anonymous = [Grant([.view])]
/// ```
///
/// A new policy allows nothing; ``open`` allows everything to everybody.
public struct AccessPolicy: Hashable, Sendable {
    /// Tokens that are known beforehand.
    public var tokens: [StaticToken] = []
    /// What viewer links are signed with; `nil` when there are none.
    public var linkSecret: LinkSecret?
    /// Which JSON Web Tokens are taken; `nil` for none.
    public var jwt: JWTVerifier?
    /// What everybody may do, with and without a token.
    public var anonymous: [Grant] = []

    /// Whether everybody may do everything, and no token is looked at.
    public private(set) var isOpen = false

    /// Allows nothing.
    public init() {}

    /// Allows everything to everybody who reaches the broker.
    public static let open: AccessPolicy = {
        var policy = AccessPolicy()
        policy.isOpen = true
        return policy
    }()

    /// Who holds this token.
    ///
    /// - Throws: ``AccessDenial`` when there is a token and it is not good: it is never taken for none.
    package func identity(of token: Secret?, at now: UnixMicroseconds) throws(AccessDenial) -> AccessIdentity {
        if isOpen { return .everything }
        // Rights that are over are left out, so that the next one to end is one that still counts.
        let anonymous = anonymous.filter { !$0.isExpired(at: now) }
        guard let text = token?.revealed else { return AccessIdentity(name: nil, grants: anonymous) }
        if let known = staticToken(text) {
            guard !known.grant.isExpired(at: now) else { throw AccessDenial(.expired, name: known.name) }
            return AccessIdentity(name: known.name, grants: [known.grant] + anonymous)
        }
        if LinkSecret.isLink(text), let linkSecret {
            return AccessIdentity(name: "link", grants: [try linkSecret.grant(text, at: now)] + anonymous)
        }
        if JWTVerifier.isJWT(text), let jwt {
            let (subject, grant) = try jwt.verify(text, at: now)
            return AccessIdentity(name: subject, grants: [grant] + anonymous)
        }
        throw AccessDenial(.invalid)
    }

    /// All are compared, so that the time tells nothing of which it was.
    private func staticToken(_ text: String) -> StaticToken? {
        guard !tokens.isEmpty else { return nil }
        let digest = TokenHash.digest(of: text)
        var found: StaticToken?
        for token in tokens where token.hash.matches(digest) { found = token }
        return found
    }
}
