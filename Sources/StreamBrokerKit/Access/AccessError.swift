/// What is wrong with a description of who may do what: a stable code, and a sentence without any secret.
public struct AccessError: Error, Sendable, CustomStringConvertible {
    /// What kind of mistake it is.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        private enum Kind: String, Hashable, Sendable {
            case invalidPattern, weakToken, invalidHash, invalidKey, invalidOrigin
        }

        private let kind: Kind

        /// Neither a stream nor the beginning of streams' names with a `*` behind it.
        public static let invalidPattern = Self(kind: .invalidPattern)
        /// A token or a secret that somebody could guess.
        public static let weakToken = Self(kind: .weakToken)
        /// Not the hash of a token.
        public static let invalidHash = Self(kind: .invalidHash)
        /// A key for JSON Web Tokens that cannot be used.
        public static let invalidKey = Self(kind: .invalidKey)
        /// Not the origin of a web page.
        public static let invalidOrigin = Self(kind: .invalidOrigin)

        /// The code's name.
        public var description: String { kind.rawValue }
    }

    /// What kind of mistake it is.
    public let code: Code
    /// What is wrong, and what would be right.
    public let message: String

    /// The message.
    public var description: String { message }

    static func invalidPattern(_ reason: String) -> AccessError {
        AccessError(
            code: .invalidPattern,
            message:
                "\(reason); a pattern is a stream, as in front-door, or the beginning of names and a *, as in front-*"
        )
    }

    static func invalidKey(_ message: String) -> AccessError { AccessError(code: .invalidKey, message: message) }
}
