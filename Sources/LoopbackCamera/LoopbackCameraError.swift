/// An error of the loopback camera.
public struct LoopbackCameraError: Error, Sendable {
    /// The kind of an error. More kinds may be added.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        private enum Kind: Hashable, Sendable {
            case cannotOpenClip
            case cannotPackClip
            case cannotEncode
            case cannotListen
            case invalidConfiguration
            case ended
        }

        private let kind: Kind

        /// The clip cannot be read, or has no video in it.
        public static let cannotOpenClip = Code(kind: .cannotOpenClip)
        /// The clip's video cannot be carried over RTP.
        public static let cannotPackClip = Code(kind: .cannotPackClip)
        /// The test picture cannot be encoded.
        public static let cannotEncode = Code(kind: .cannotEncode)
        /// The address cannot be listened on.
        public static let cannotListen = Code(kind: .cannotListen)
        /// A setting is outside its documented range.
        public static let invalidConfiguration = Code(kind: .invalidConfiguration)
        /// The camera has ended, or never ran, so that it has no address.
        public static let ended = Code(kind: .ended)

        /// The name of the code.
        public var description: String { "\(kind)" }
    }

    /// What kind of error this is.
    public var code: Code
    /// What failed, on what, and what to do about it, in one sentence.
    public var message: String
    /// The error underneath.
    public var cause: (any Error)?

    /// Creates an error.
    public init(code: Code, message: String, cause: (any Error)? = nil) {
        self.code = code
        self.message = message
        self.cause = cause
    }
}

extension LoopbackCameraError: CustomStringConvertible {
    /// The message, followed by the cause.
    public var description: String {
        cause.map { "\(message) (\($0))" } ?? message
    }
}
