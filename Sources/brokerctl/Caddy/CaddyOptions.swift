import ArgumentParser
import StreamBrokerKit

/// The flags that put Caddy in front of the broker.
struct CaddyOptions: ParsableArguments {
    @Flag(help: SettingKey.usesCaddy.help) var caddy = false
    @Option(help: SettingKey.caddyPort.help) var caddyPort: String?
    @Option(help: SettingKey.caddyDomain.help) var caddyDomain: String?

    /// What Caddy is to be told, and moves the broker behind it; nil without Caddy.
    ///
    /// - Throws: ``SettingError``.
    func plan(
        _ settings: Settings,
        server: inout BrokerServerConfiguration,
        port: String?,
        bind: String?
    ) throws -> Caddyfile? {
        let domain = settings.text(.caddyDomain, flag: caddyDomain)
        guard try settings.flag(.usesCaddy, isSet: caddy || caddyDomain != nil) ?? (domain != nil) else { return nil }
        guard server.tls == nil else {
            throw SettingError(
                "--caddy and --tls-cert or --tls-self-signed: Caddy has certificates of its own, so give one of the two"
            )
        }
        if let domain, !Caddyfile.isDomain(domain) {
            throw SettingError("--caddy-domain: \"\(domain)\" is no domain; write it like cameras.example.org")
        }
        // Nobody is to go around Caddy.
        server.host = "127.0.0.1"
        // It says for whom it asks, and lets nobody else say so.
        if server.trustedProxies == TrustedProxies() { server.trustedProxies = .onThisMachine }
        server.port = try settings.integer(.port, flag: port, in: 0...65_535) ?? BrokerServerConfiguration().port + 1
        return Caddyfile(
            domain: domain,
            bind: settings.text(.bind, flag: bind),
            port: try settings.integer(.caddyPort, flag: caddyPort, in: 1...65_535),
            brokerPort: server.port
        )
    }
}
