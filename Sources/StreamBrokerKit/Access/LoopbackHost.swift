import NIOCore

/// Whether an address is this machine's own, which no other machine reaches.
package enum LoopbackHost {
    /// - Parameter host: An IP address, with or without brackets, or a name; of names only `localhost` is.
    package static func isLoopback(_ host: some StringProtocol) -> Bool {
        if host.lowercased() == "localhost" { return true }
        let isBracketed = host.hasPrefix("[") && host.hasSuffix("]")
        let text = String(isBracketed ? host.dropFirst().dropLast() : host[...])
        guard let address = try? SocketAddress(ipAddress: text, port: 0) else { return false }
        // What has no block to be counted by is this machine itself.
        return AddressBlock(address) == nil
    }
}
