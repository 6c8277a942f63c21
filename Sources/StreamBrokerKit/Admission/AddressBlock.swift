package import NIOCore

/// What counts as one address when viewers are limited per address: an IPv4 address, or the first 64 bits of an IPv6 one.
package struct AddressBlock: Hashable, Sendable {
    private let bytes: [UInt8]

    /// `nil` for this machine itself, and for what has no IP address.
    package init?(_ address: SocketAddress) {
        guard let packed = address.packedIPAddress else { return nil }
        self.init(networkOrder: packed)
    }

    /// - Parameter packed: The 4 bytes of an IPv4 address or the 16 of an IPv6 one, in network order.
    package init?(networkOrder packed: [UInt8]) {
        let address = packed.withoutMapping
        switch address.count {
        case 4 where address[0] != 127: bytes = address
        case 16 where !(address.dropLast().allSatisfy { $0 == 0 } && address[15] == 1):
            bytes = Array(address.prefix(8))
        default: return nil
        }
    }
}

extension SocketAddress {
    /// The address's bytes in network order, 4 for IPv4, also when it is written as IPv6; `nil` when it is no IP address.
    var packedIPAddress: [UInt8]? {
        switch self {
        case .v4(let address): withUnsafeBytes(of: address.address) { Array($0[4..<8]) }
        case .v6(let address): withUnsafeBytes(of: address.address) { Array($0[8..<24]) }.withoutMapping
        case .unixDomainSocket: nil
        }
    }
}

extension [UInt8] {
    /// A socket for both families shows IPv4 peers as ::ffff:a.b.c.d.
    fileprivate var withoutMapping: [UInt8] {
        count == 16 && starts(with: [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF]) ? Array(self[12...]) : self
    }
}
