import StreamBrokerKit

/// Tokens that nobody can guess: 256 bits of the system's randomness, in letters that need no escaping anywhere.
enum RandomToken {
    static func make() -> String {
        var generator = SystemRandomNumberGenerator()
        return Base64URL.encode((0..<32).map { _ in UInt8.random(in: .min ... .max, using: &generator) })
    }
}
