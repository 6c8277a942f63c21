import ArgumentParser
import Foundation
import StreamBrokerKit

/// The flags that put Caddy in front of the broker.
struct CaddyOptions: ParsableArguments {
    @Flag(help: SettingKey.usesCaddy.help) var caddy = false
    @Option(help: SettingKey.caddyPort.help) var caddyPort: String?
    @Option(help: SettingKey.caddyDomain.help) var caddyDomain: String?

    /// What Caddy is to be told, and moves the broker behind it; nil without Caddy.
    ///
    /// - Throws: ``SettingError``.
    func plan(_ settings: Settings, server: inout BrokerServerConfiguration, port: String?) throws -> Caddyfile? {
        let domain = settings.text(.caddyDomain, flag: caddyDomain)
        guard try settings.flag(.usesCaddy, isSet: caddy || caddyDomain != nil) ?? (domain != nil) else { return nil }
        guard server.tls == nil else {
            throw SettingError("--caddy and --tls-cert: Caddy has certificates of its own, so give one of the two")
        }
        let publicPort = try settings.integer(.caddyPort, flag: caddyPort, in: 1...65_535)
        server.port = try settings.integer(.port, flag: port, in: 0...65_535) ?? BrokerServerConfiguration().port + 1
        // Nobody is to go around Caddy.
        let host = server.host
        server.host = "127.0.0.1"
        if let domain {
            guard Self.isDomain(domain) else {
                throw SettingError("--caddy-domain: \"\(domain)\" is no domain; write it like cameras.example.org")
            }
            let isEverywhere = host == BrokerServerConfiguration().host || host == "0.0.0.0" || host == "::"
            return Caddyfile(
                certificates: .publicAuthority,
                names: [domain.lowercased()],
                port: publicPort,
                bind: isEverywhere ? [] : [host],
                brokerPort: server.port
            )
        }
        return Caddyfile(
            certificates: .ownAuthority,
            names: Self.names(host),
            port: publicPort ?? BrokerServerConfiguration().port,
            bind: Self.addresses(host),
            brokerPort: server.port
        )
    }

    /// By which names the machine is reached at an address that is listened on.
    static func names(_ host: String) -> [String] {
        let own = ["localhost", "127.0.0.1", "::1"]
        guard !own.contains(host) else { return own }
        let machine = ProcessInfo.processInfo.hostName
        let isEverywhere = host == "0.0.0.0" || host == "::"
        let addresses = isEverywhere ? Host.current().addresses.filter { !$0.hasPrefix("fe80:") } : [host]
        var names = own
        for name in [machine] + addresses.sorted() where !names.contains(name) && isName(name) { names.append(name) }
        return names
    }

    private static func addresses(_ host: String) -> [String] {
        switch host {
        case "127.0.0.1", "localhost": ["127.0.0.1", "::1"]
        case "0.0.0.0", "::": []
        default: ["127.0.0.1", host]
        }
    }

    /// What stands in the file must not mean anything else there.
    private static func isName(_ text: String) -> Bool {
        !text.isEmpty && text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || ".-:".contains($0)) }
    }

    private static func isDomain(_ text: String) -> Bool {
        isName(text) && text.contains(".") && !text.contains(":") && !text.hasPrefix(".") && !text.hasSuffix(".")
    }
}
