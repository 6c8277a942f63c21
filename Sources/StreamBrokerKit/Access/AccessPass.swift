import NIOCore
import StreamBrokerCore

/// Who is at the other end of a connection, for as long as the policy that said so is in force.
struct AccessPass: Sendable {
    /// Where they come from, as far as a proxy may say.
    let client: SocketAddress?
    private let token: Secret?
    private let isTrusted: Bool
    private(set) var identity: AccessIdentity
    private(set) var generation: UInt64

    /// Looks a token up.
    ///
    /// - Parameters:
    ///   - client: Where the request comes from.
    ///   - isTrusted: Whether the file system let the connection in.
    ///   - known: A pass of the same connection, which spares the look-up if it has the same token.
    /// - Throws: ``AccessDenial`` when the token is not good.
    init(
        token: Secret?,
        client: SocketAddress?,
        isTrusted: Bool,
        known: AccessPass? = nil,
        control: AccessControl,
        now: UnixMicroseconds
    ) throws(AccessDenial) {
        self.token = token
        self.client = client
        self.isTrusted = isTrusted
        // The number before the rest: if the policy changes in between, the pass counts as an old one.
        let generation = control.generation
        if let known, known.token == token, known.generation == generation, known.isTrusted == isTrusted,
            known.nextExpiry.map({ $0 > now }) ?? true
        {
            identity = known.identity
        } else {
            identity = isTrusted || control.isOpen ? .everything : try control.policy.identity(of: token, at: now)
        }
        self.generation = generation
    }

    /// When it is to be asked again, for something may have expired; `nil` for never.
    var nextExpiry: UnixMicroseconds? { identity.nextExpiry }

    /// Looks the token up anew.
    ///
    /// - Throws: ``AccessDenial`` when it is not good any more.
    mutating func renew(_ control: AccessControl, now: UnixMicroseconds) throws(AccessDenial) {
        self = try AccessPass(token: token, client: client, isTrusted: isTrusted, control: control, now: now)
    }

    func check(_ requirement: AccessRequirement, at now: UnixMicroseconds) throws(AccessDenial) {
        try identity.check(requirement, at: now)
    }
}
