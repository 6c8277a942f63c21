internal import Crypto
internal import Foundation

/// The SHA-256 of a token: what a configuration holds in its place, so that whoever reads the configuration learns no token.
public struct TokenHash: Hashable, Sendable, CustomStringConvertible {
    private let digest: [UInt8]

    /// Hashes a token of at least 128 random bits.
    ///
    /// - Throws: ``AccessError`` with ``AccessError/Code/weakToken``.
    public init(of token: String) throws(AccessError) {
        try TokenStrength.check(token, called: "the token")
        digest = Self.digest(of: token)
    }

    /// Reads what ``description`` writes: `sha256:` and 64 hexadecimal digits.
    ///
    /// - Throws: ``AccessError`` with ``AccessError/Code/invalidHash``; its message does not repeat the text, which may be a token.
    public init(parsing text: String) throws(AccessError) {
        let digits = Array(text.utf8.dropFirst("sha256:".utf8.count))
        let values = digits.compactMap { Character(Unicode.Scalar($0)).hexDigitValue }
        guard text.hasPrefix("sha256:"), digits.count == 64, values.count == 64 else {
            throw AccessError(
                code: .invalidHash,
                message:
                    "a token's hash is sha256: and 64 hexadecimal digits, as printf %s TOKEN | sha256sum prints them"
            )
        }
        digest = stride(from: 0, to: 64, by: 2).map { UInt8(values[$0] << 4 | values[$0 + 1]) }
    }

    /// The hash as a configuration has it: `sha256:9f86d0…`.
    public var description: String {
        "sha256:" + digest.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    static func digest(of token: String) -> [UInt8] { Array(SHA256.hash(data: Data(token.utf8))) }

    /// Takes the same time whatever the difference.
    func matches(_ other: [UInt8]) -> Bool {
        guard digest.count == other.count else { return false }
        var difference: UInt8 = 0
        for index in digest.indices { difference |= digest[index] ^ other[index] }
        return difference == 0
    }
}
