internal import Crypto
internal import Foundation
public import StreamBrokerCore

/// What viewer links are signed with: a link lets its holder watch some streams until it expires, and the broker keeps no list of links.
///
/// Another secret makes every link invalid that was signed with the one before.
public struct LinkSecret: Hashable, Sendable, CustomStringConvertible, CustomReflectable {
    private static let prefix = "sbl1"

    private let secret: Secret

    /// A secret of at least 128 random bits.
    ///
    /// - Throws: ``AccessError`` with ``AccessError/Code/weakToken``.
    public init(_ text: String) throws(AccessError) {
        try TokenStrength.check(text, called: "the link secret")
        secret = Secret(text)
    }

    /// Does not show the secret.
    public var description: String { "\(secret)" }
    /// Does not show the secret.
    public var customMirror: Mirror { Mirror(self, children: []) }

    /// Signs a token with which streams can be watched until a moment, which is rounded down to a whole second.
    public func token(for streams: StreamPattern, until expiry: UnixMicroseconds) -> String {
        let seconds = String(expiry.rawValue / 1_000_000)
        return "\(Self.prefix).\(streams).\(seconds).\(Base64URL.encode(signature(streams.description, seconds)))"
    }

    static func isLink(_ token: String) -> Bool { token.hasPrefix("\(prefix).") }

    /// What the token allows.
    ///
    /// - Throws: ``AccessDenial/Reason/invalid`` when the signature is not ours, ``AccessDenial/Reason/expired``.
    func grant(_ token: String, at now: UnixMicroseconds) throws(AccessDenial) -> Grant {
        let parts = token.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 4, let signature = Base64URL.decode(parts[3]) else { throw AccessDenial(.invalid) }
        let isOurs = HMAC<SHA256>.isValidAuthenticationCode(
            signature,
            authenticating: Self.message(String(parts[1]), String(parts[2])),
            using: key
        )
        guard isOurs, let pattern = try? StreamPattern(parts[1]), let seconds = Int64(parts[2]),
            seconds <= Int64.max / 1_000_000
        else { throw AccessDenial(.invalid) }
        let grant = Grant([.view], streams: [pattern], expiry: UnixMicroseconds(seconds * 1_000_000))
        guard !grant.isExpired(at: now) else { throw AccessDenial(.expired) }
        return grant
    }

    private func signature(_ streams: String, _ seconds: String) -> [UInt8] {
        Array(HMAC<SHA256>.authenticationCode(for: Self.message(streams, seconds), using: key))
    }

    private var key: SymmetricKey { SymmetricKey(data: Data(secret.revealed.utf8)) }

    /// Neither part can have the separator in it.
    private static func message(_ streams: String, _ seconds: String) -> Data {
        Data("stream-broker viewer link\n\(streams)\n\(seconds)".utf8)
    }
}
