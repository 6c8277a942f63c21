package import StreamBrokerCore

/// Who sent a request, as far as it matters: what they may do.
package struct AccessIdentity: Hashable, Sendable {
    /// What to call them in the log; `nil` for nobody in particular.
    var name: String?
    var grants: [Grant]
    /// Whether they may do everything: there is no access control, or the file system let them in.
    var mayDoEverything = false

    static let nobody = AccessIdentity(name: nil, grants: [])
    static let everything = AccessIdentity(name: nil, grants: [], mayDoEverything: true)

    /// When the first of the rights ends.
    var nextExpiry: UnixMicroseconds? { grants.compactMap(\.expiry).min() }

    package func allows(_ permission: Permission, _ stream: StreamID, at now: UnixMicroseconds) -> Bool {
        mayDoEverything || grants.contains { $0.allows(permission, stream, at: now) }
    }

    private func allows(_ permission: Permission, at now: UnixMicroseconds) -> Bool {
        mayDoEverything || grants.contains { $0.allows(permission, at: now) }
    }

    /// Whether a stream is listed for them.
    package func mayKnow(_ stream: StreamID, at now: UnixMicroseconds) -> Bool {
        allows(.admin, at: now) || allows(.view, stream, at: now)
    }

    /// - Throws: ``AccessDenial`` with the reason.
    package func check(_ requirement: AccessRequirement, at now: UnixMicroseconds) throws(AccessDenial) {
        switch requirement {
        case .nothing: return
        case .admin: try require(allows(.admin, at: now), orElse: .permission)
        case .someView: try require(allows(.view, at: now) || allows(.admin, at: now), orElse: .permission)
        case .status(let stream):
            if !allows(.admin, at: now) { try check(.view, [stream], at: now) }
        case .publish(let stream): try check(.publish, [stream], at: now)
        case .view(let streams): try check(.view, streams, at: now)
        }
    }

    private func check(
        _ permission: Permission,
        _ streams: [StreamID],
        at now: UnixMicroseconds
    ) throws(AccessDenial) {
        let isAllowed = streams.allSatisfy { allows(permission, $0, at: now) }
        try require(isAllowed, orElse: allows(permission, at: now) ? .stream : .permission)
    }

    /// Who has not said who they are is asked to, first of all.
    private func require(_ isAllowed: Bool, orElse reason: AccessDenial.Reason) throws(AccessDenial) {
        if !isAllowed { throw AccessDenial(name == nil ? .missing : reason, name: name) }
    }
}
