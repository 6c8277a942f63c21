package import NIOCore

/// What counts as one address when viewers are limited per address: an IPv4 address, or the first 64 bits of an IPv6 one.
package struct AddressBlock: Hashable, Sendable {
    private let bytes: [UInt8]

    /// `nil` for this machine itself, and for what has no IP address.
    package init?(_ address: SocketAddress) {
        guard let packed = address.packedIPAddress else { return nil }
        self.init(networkOrder: packed)
    }

    /// - Parameter address: The 4 bytes of an IPv4 address or the 16 of an IPv6 one, in network order.
    package init?(networkOrder address: [UInt8]) {
        // A socket for both families shows IPv4 peers as ::ffff:a.b.c.d.
        let isMapped = address.count == 16 && address.starts(with: [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF])
        let significant = isMapped ? Array(address[12...]) : address
        switch significant.count {
        case 4 where significant[0] != 127: bytes = significant
        case 16 where !(significant.dropLast().allSatisfy { $0 == 0 } && significant[15] == 1):
            bytes = Array(significant.prefix(8))
        default: return nil
        }
    }
}

extension SocketAddress {
    /// The address's bytes in network order; `nil` when it is no IP address.
    var packedIPAddress: [UInt8]? {
        switch self {
        case .v4(let address): withUnsafeBytes(of: address.address) { Array($0[4..<8]) }
        case .v6(let address): withUnsafeBytes(of: address.address) { Array($0[8..<24]) }
        case .unixDomainSocket: nil
        }
    }
}
