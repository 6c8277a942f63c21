internal import Foundation
package import NIOCore

/// The proxies that may say for whom they ask, in `X-Forwarded-For`.
///
/// Without it everybody behind a proxy counts as one address. From anybody else the field means nothing: it can be made up.
public struct TrustedProxies: Hashable, Sendable {
    private var addresses: Set<[UInt8]> = []
    private var includesThisMachine = false

    /// Nobody.
    public init() {}

    /// Whatever runs on this machine, as a proxy in front of the broker often does.
    public static let onThisMachine: TrustedProxies = {
        var proxies = TrustedProxies()
        proxies.includesThisMachine = true
        return proxies
    }()

    /// Reads IP addresses, and `loopback` for this machine.
    ///
    /// - Returns: `nil` when one of them is neither.
    public init?(_ words: [String]) {
        for word in words {
            if word == "loopback" {
                includesThisMachine = true
            } else if let address = try? SocketAddress(ipAddress: word, port: 0), let bytes = address.packedIPAddress {
                addresses.insert(bytes)
            } else {
                return nil
            }
        }
    }

    /// For whom a request comes: the last address of the chain that no trusted proxy has.
    ///
    /// - Parameters:
    ///   - peer: Who is at the other end of the connection; `nil` for a Unix socket.
    ///   - forwarded: The values of `X-Forwarded-For`, each a list of addresses, the nearest last.
    package func client(peer: SocketAddress?, forwarded: [String]) -> SocketAddress? {
        var client = peer
        var hops = forwarded.flatMap { $0.split(separator: ",") }
        while contains(client), let hop = hops.popLast() {
            let text = hop.trimmingCharacters(in: .whitespaces)
            // What is no address says nothing, and nothing before it can be trusted.
            guard let address = try? SocketAddress(ipAddress: text, port: 0) else { break }
            client = address
        }
        return client
    }

    package func contains(_ address: SocketAddress?) -> Bool {
        guard let bytes = address?.packedIPAddress else { return includesThisMachine }
        return addresses.contains(bytes) || (includesThisMachine && AddressBlock(networkOrder: bytes) == nil)
    }
}
