package import StreamBrokerKit

/// Keeps a broker that everybody may use from everybody: without a word on who may do what it is for this machine alone.
package enum BindGuard {
    /// - Parameter caddy: Who stands in front of the server.
    /// - Throws: ``SettingError`` that shows the ways out.
    package static func check(
        _ server: BrokerServerConfiguration,
        behind caddy: Caddyfile?
    ) throws(SettingError) {
        guard server.access == nil else { return }
        if let caddy {
            guard let open = caddy.addressOfOthers else { return }
            throw refusal(open)
        }
        guard !LoopbackHost.isLoopback(server.host) else { return }
        throw refusal(server.host)
    }

    private static func refusal(_ address: String) -> SettingError {
        SettingError(
            """
            others can reach \(address), and nobody said who may publish and view. Either with tokens:
              brokerctl serve --generate-tokens   makes some, and shows how to use them
              --access-file FILE                  has tokens, keys and the secret of viewer links
              PUBLISH_TOKEN, VIEW_TOKEN           are one token each, in the environment
            or without:
              --anonymous-view                    everybody may view
              --anonymous-publish                 everybody may publish
            """
        )
    }
}

extension Caddyfile {
    /// Where others reach Caddy; nil when only this machine does.
    fileprivate var addressOfOthers: String? {
        // A domain is for others, wherever it leads today.
        if certificates == .publicAuthority { return names[0] }
        return bind.isEmpty ? "all addresses" : bind.first { !LoopbackHost.isLoopback($0) }
    }
}
