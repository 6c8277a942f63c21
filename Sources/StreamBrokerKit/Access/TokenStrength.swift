/// Whether a token is as good as 128 random bits. A fast hash protects such a token, and no other.
enum TokenStrength {
    /// As many letters of base64 as 128 bits take.
    static let minimumLength = 22
    /// Fewer different characters than this in ``minimumLength`` are no accident: of 22 random hexadecimal digits, so few come once in 30,000.
    private static let minimumVariety = 8

    /// - Throws: ``AccessError`` with ``AccessError/Code/weakToken``.
    static func check(_ token: String, called name: String) throws(AccessError) {
        guard token.utf8.count >= minimumLength else {
            throw weak(name, "is shorter than \(minimumLength) characters")
        }
        guard Set(token.utf8).count >= minimumVariety else { throw weak(name, "repeats the same few characters") }
        guard token.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            throw weak(name, "has a blank, a control character or a letter outside ASCII")
        }
    }

    private static func weak(_ name: String, _ reason: String) -> AccessError {
        AccessError(
            code: .weakToken,
            message: "\(name) \(reason): make one that nobody can guess, for example with openssl rand -hex 32"
        )
    }
}
