import ArgumentParser
import ConfigurationFiles
import StreamBrokerKit

/// The flags that say who may do what.
struct AccessOptions: ParsableArguments {
    @Option(help: SettingKey.accessFile.help) var accessFile: String?
    @Flag(help: SettingKey.anonymousView.help) var anonymousView = false
    @Flag(help: SettingKey.anonymousPublish.help) var anonymousPublish = false
    @Option(help: SettingKey.allowedOrigins.help) var allowOrigin: [String] = []

    /// Puts what the flags and the settings say into a server's configuration.
    ///
    /// - Parameter caddy: Who stands in front of the server, and lets in whom it listens to.
    /// - Returns: Where the policy comes from, to ask again.
    /// - Throws: ``SettingError``, ``ConfigurationFileError``.
    func apply(
        _ settings: Settings,
        to server: inout BrokerServerConfiguration,
        behind caddy: Caddyfile?
    ) async throws -> AccessSources {
        let sources = try sources(settings)
        server.access = try await sources.policy()
        server.allowedOrigins = try origins(settings)
        try BindGuard.check(server, behind: caddy)
        return sources
    }

    /// - Throws: ``SettingError``.
    func sources(_ settings: Settings) throws(SettingError) -> AccessSources {
        var sources = AccessSources(file: settings.text(.accessFile, flag: accessFile))
        if try settings.flag(.anonymousView, isSet: anonymousView) ?? false { sources.anonymous.insert(.view) }
        if try settings.flag(.anonymousPublish, isSet: anonymousPublish) ?? false { sources.anonymous.insert(.publish) }
        let keys: [(SettingKey, Permission)] = [
            (.publishToken, .publish), (.viewToken, .view), (.adminToken, .admin),
        ]
        for (key, permission) in keys {
            guard let found = settings.find(key, flag: nil) else { continue }
            do {
                let hash = try TokenHash(of: found.text)
                sources.tokens.append(
                    StaticToken(name: key.environmentName, hash: hash, grant: Grant([permission]))
                )
            } catch {
                throw SettingError("\(found.place): \(error)")
            }
        }
        return sources
    }

    private func origins(_ settings: Settings) throws(SettingError) -> [WebOrigin] {
        let found = allowOrigin.isEmpty ? settings.find(.allowedOrigins, flag: nil) : nil
        let texts =
            found?.text.split(separator: ",").map(String.init)
            ?? allowOrigin.flatMap { $0.split(separator: ",").map(String.init) }
        var origins: [WebOrigin] = []
        for text in texts {
            let text = text.drop(while: \.isWhitespace)
            do { origins.append(try WebOrigin(String(text.prefix { !$0.isWhitespace }))) } catch {
                throw SettingError("\(found?.place ?? SettingKey.allowedOrigins.flag): \(error)")
            }
        }
        return origins
    }
}
