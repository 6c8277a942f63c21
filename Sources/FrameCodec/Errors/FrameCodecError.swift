/// An error of decoding, converting or encoding pictures.
///
/// `code` says what kind it is and can be matched; `message` says which operation failed, on what, and what to do;
/// `cause` is the C library's own error, a ``LibAVError`` or ``WebPError``, when there was one.
public struct FrameCodecError: Error, Sendable {
    /// The kind of an error. More kinds may be added, so match the ones you handle and let the rest pass.
    public struct Code: Hashable, Sendable {
        private enum Kind: Hashable, Sendable {
            case unsupportedCodec
            case invalidConfiguration
            case invalidData
            case outputPending
            case endOfStream
            case unsupportedPicture
            case outOfMemory
            case encodingFailed
            case libraryTooOld
            case internalFailure
        }

        private let kind: Kind

        /// The stream's codec is not one that may be decoded here.
        public static let unsupportedCodec = Code(kind: .unsupportedCodec)
        /// A setting is outside its documented range.
        public static let invalidConfiguration = Code(kind: .invalidConfiguration)
        /// The coded data is damaged. The decoder stays usable: send the next packet.
        public static let invalidData = Code(kind: .invalidData)
        /// The decoder holds pictures that must be received before it takes another packet.
        public static let outputPending = Code(kind: .outputPending)
        /// The decoder was drained. It takes packets again after a flush.
        public static let endOfStream = Code(kind: .endOfStream)
        /// The picture's size, pixel format or colour cannot be handled by this operation.
        public static let unsupportedPicture = Code(kind: .unsupportedPicture)
        /// Memory could not be allocated.
        public static let outOfMemory = Code(kind: .outOfMemory)
        /// The encoder failed.
        public static let encodingFailed = Code(kind: .encodingFailed)
        /// A C library is older than the oldest version that is safe to use.
        public static let libraryTooOld = Code(kind: .libraryTooOld)
        /// A C library failed in a way that its documentation does not foresee.
        public static let internalFailure = Code(kind: .internalFailure)
    }

    /// What kind of error this is.
    public var code: Code
    /// The operation that failed, on what, and what to do about it, in one sentence.
    public var message: String
    /// The error of the C library underneath.
    public var cause: (any Error)?

    /// Creates an error.
    public init(code: Code, message: String, cause: (any Error)? = nil) {
        self.code = code
        self.message = message
        self.cause = cause
    }
}

extension FrameCodecError: CustomStringConvertible {
    /// The message, followed by the cause.
    public var description: String {
        cause.map { "\(message) (\($0))" } ?? message
    }
}

extension FrameCodecError.Code: CustomStringConvertible {
    /// The name of the code.
    public var description: String { "\(kind)" }
}

extension FrameCodecError {
    static func outOfMemory(for purpose: String) -> FrameCodecError {
        FrameCodecError(code: .outOfMemory, message: "Out of memory for \(purpose).")
    }
}
