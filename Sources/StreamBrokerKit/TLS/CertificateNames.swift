internal import NIOCore
internal import SwiftASN1
internal import X509

/// The names that a certificate is for (RFC 5280, section 4.2.1.6), each once and in order.
struct CertificateNames {
    let generalNames: [GeneralName]

    /// - Parameter names: Host names and IP addresses; addresses that stand for any address are left out.
    init(_ names: [String]) {
        var found: [GeneralName] = []
        for name in names.map(Self.generalName).compactMap(\.self) where !found.contains(name) { found.append(name) }
        generalNames = found
    }

    private static func generalName(_ text: String) -> GeneralName? {
        guard let address = try? SocketAddress(ipAddress: text, port: 0) else {
            // A label of what a resolver takes; anything else would make the whole certificate unreadable.
            let isName = !text.isEmpty && text.utf8.count <= 253 && text.utf8.allSatisfy(isOfName)
            return isName ? .dnsName(text.lowercased()) : nil
        }
        guard let bytes = address.packedIPAddress, bytes.contains(where: { $0 != 0 }) else { return nil }
        return .ipAddress(ASN1OctetString(contentBytes: bytes[...]))
    }

    private static func isOfName(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"):
            true
        default: false
        }
    }
}
