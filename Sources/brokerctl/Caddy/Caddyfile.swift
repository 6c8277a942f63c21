/// What Caddy is told: where it listens, for which names, and that all of it goes to the broker.
package struct Caddyfile: Sendable, Hashable {
    /// Where the certificates come from.
    package enum Certificates: Sendable, Hashable {
        /// From Caddy's own authority, which browsers and publishers must be told to trust.
        case ownAuthority
        /// From a public authority, which looks at the domain: ports 80 and 443 must be reachable from the internet.
        case publicAuthority
    }

    package var certificates: Certificates
    /// Names and addresses that browsers may write, each once.
    package var names: [String]
    /// Nil for the usual ports of a domain.
    package var port: Int?
    /// The addresses to listen on; empty for all.
    package var bind: [String]
    /// The broker, on this machine.
    package var brokerPort: Int
    /// A word that nobody knows, at whose path Caddy answers by itself: so that it can be told from another one on the same port.
    package var passphrase: String

    package init(
        certificates: Certificates,
        names: [String],
        port: Int?,
        bind: [String],
        brokerPort: Int,
        passphrase: String = String(UInt64.random(in: .min ... .max), radix: 36)
    ) {
        self.certificates = certificates
        self.names = names
        self.port = port
        self.bind = bind
        self.brokerPort = brokerPort
        self.passphrase = passphrase
    }

    /// The file. A broker's messages are written through at once, and a viewer's connection ends with the broker's, not before.
    package var text: String {
        var lines = ["{", "\tadmin off", "\tskip_install_trust"]
        if certificates == .ownAuthority {
            lines.append("\tauto_https disable_redirects")
            // Who asks for an address names no host in the handshake.
            lines.append("\tdefault_sni \(names[0])")
        }
        lines += ["\tlog {", "\t\toutput stderr", "\t\tformat json", "\t\tlevel INFO", "\t}", "}", ""]
        lines.append(sites.joined(separator: ", ") + " {")
        if !bind.isEmpty { lines.append("\tbind \(bind.joined(separator: " "))") }
        if certificates == .ownAuthority { lines.append("\ttls internal") }
        lines.append("\trespond /caddy-\(passphrase) 204")
        lines += ["\treverse_proxy 127.0.0.1:\(brokerPort) {", "\t\tflush_interval -1", "\t}", "}", ""]
        return lines.joined(separator: "\n")
    }

    private var sites: [String] {
        names.map { name in
            let host = name.contains(":") ? "[\(name)]" : name
            return port.map { "https://\(host):\($0)" } ?? "https://\(host)"
        }
    }
}
