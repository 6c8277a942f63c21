import ConfigurationFiles
import StreamBrokerKit

/// Where a policy comes from: a file that may change, and settings that do not.
struct AccessSources: Sendable {
    /// The path of the access file.
    var file: String?
    var tokens: [StaticToken] = []
    /// What everybody may do.
    var anonymous: Set<Permission> = []

    /// The policy as it is now; nil when nobody said anything.
    ///
    /// - Throws: ``ConfigurationFileError``.
    func policy() async throws -> AccessPolicy? {
        guard file != nil || !tokens.isEmpty || !anonymous.isEmpty else { return nil }
        var policy = AccessPolicy()
        if let file { policy = try await AccessFile.read(file).policy() }
        policy.tokens += tokens
        if !anonymous.isEmpty { policy.anonymous.append(Grant(anonymous)) }
        return policy
    }
}
