import Foundation
import StreamBrokerKit

extension Caddyfile {
    /// What somebody asked for, in Caddy's terms.
    ///
    /// - Parameters:
    ///   - domain: the domain to get a public certificate for; nil for this machine's names and Caddy's own authority.
    ///   - bind: the address to listen on, when somebody named one. Without one, Caddy listens everywhere for a domain, which others
    ///     are to reach, and else on this machine alone.
    ///   - port: the port to listen on, when somebody named one.
    package init(domain: String?, bind: String?, port: Int?, brokerPort: Int) {
        if let domain {
            self.init(
                certificates: .publicAuthority,
                names: [domain.lowercased()],
                port: port,
                bind: bind.map(Self.addresses) ?? [],
                brokerPort: brokerPort
            )
        } else {
            let broker = BrokerServerConfiguration()
            self.init(
                certificates: .ownAuthority,
                names: Self.names(bind ?? broker.host),
                port: port ?? broker.port,
                bind: Self.addresses(bind ?? broker.host),
                brokerPort: brokerPort
            )
        }
    }

    package static func isDomain(_ text: String) -> Bool {
        isName(text) && text.contains(".") && !text.contains(":") && !text.hasPrefix(".") && !text.hasSuffix(".")
    }

    private static let loopback = ["localhost", "127.0.0.1", "::1"]

    /// By which names the machine is reached at an address that is listened on.
    private static func names(_ bind: String) -> [String] {
        guard !loopback.contains(bind) else { return loopback }
        let addresses =
            isEverywhere(bind) ? Host.current().addresses.filter { !$0.hasPrefix("fe80:") }.sorted() : [bind]
        return ([ProcessInfo.processInfo.hostName] + addresses).reduce(into: loopback) { names, name in
            if isName(name) && !names.contains(name) { names.append(name) }
        }
    }

    /// Always this machine's own, too: it is there that Caddy is looked for.
    private static func addresses(_ bind: String) -> [String] {
        if loopback.contains(bind) { return ["127.0.0.1", "::1"] }
        return isEverywhere(bind) ? [] : ["127.0.0.1", bind]
    }

    private static func isEverywhere(_ bind: String) -> Bool { bind == "0.0.0.0" || bind == "::" }

    /// What stands in the file must not mean anything else there.
    private static func isName(_ text: String) -> Bool {
        !text.isEmpty && text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || ".-:".contains($0)) }
    }
}
