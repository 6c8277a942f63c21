/// An error of opening or reading a source of pictures.
///
/// `code` says what kind it is and can be matched; `message` says what failed, on which source and what to do about it;
/// `cause` is the error underneath when there was one. A URL's user name and password are in none of them.
public struct CaptureError: Error, Sendable {
    /// The kind of an error. More kinds may be added, so match the ones you handle and let the rest pass.
    public struct Code: Hashable, Sendable {
        private enum Kind: Hashable, Sendable {
            case invalidURL
            case invalidConfiguration
            case fileNotFound
            case fileNotReadable
            case hostNotFound
            case unreachable
            case noAnswer
            case unauthorized
            case forbidden
            case streamNotFound
            case redirected
            case protocolViolation
            case noVideo
            case unsupportedCodec
            case unsupportedFormat
            case connectionLost
            case silent
            case noPicture
            case frozen
            case decodingFailed
            case encodingFailed
            case outOfMemory
            case internalFailure
        }

        private let kind: Kind

        /// The URL makes no sense or names something that is not a source.
        public static let invalidURL = Code(kind: .invalidURL)
        /// A setting is outside its documented range.
        public static let invalidConfiguration = Code(kind: .invalidConfiguration)
        /// There is no such file.
        public static let fileNotFound = Code(kind: .fileNotFound)
        /// The file may not be read.
        public static let fileNotReadable = Code(kind: .fileNotReadable)
        /// The host's name has no address.
        public static let hostNotFound = Code(kind: .hostNotFound)
        /// No connection: refused, no route, or nobody there.
        public static let unreachable = Code(kind: .unreachable)
        /// The connection was accepted and then nothing came in time.
        public static let noAnswer = Code(kind: .noAnswer)
        /// User name or password is missing or wrong (status 401).
        public static let unauthorized = Code(kind: .unauthorized)
        /// The user may not see this stream (status 403).
        public static let forbidden = Code(kind: .forbidden)
        /// The camera has no stream at this path (status 404).
        public static let streamNotFound = Code(kind: .streamNotFound)
        /// The camera sends its clients to another host or port, which is not followed without consent.
        public static let redirected = Code(kind: .redirected)
        /// The other side closed the connection while opening, or answered nonsense.
        public static let protocolViolation = Code(kind: .protocolViolation)
        /// The source has no video stream.
        public static let noVideo = Code(kind: .noVideo)
        /// The video's codec is not one that is decoded here.
        public static let unsupportedCodec = Code(kind: .unsupportedCodec)
        /// The file's format is not known.
        public static let unsupportedFormat = Code(kind: .unsupportedFormat)
        /// A live source's connection ended.
        public static let connectionLost = Code(kind: .connectionLost)
        /// A live source sent nothing for too long.
        public static let silent = Code(kind: .silent)
        /// Data arrives, but no picture came of it for too long.
        public static let noPicture = Code(kind: .noPicture)
        /// A live source repeated one picture with one timestamp for too long.
        public static let frozen = Code(kind: .frozen)
        /// The decoder failed in a way that it does not recover from.
        public static let decodingFailed = Code(kind: .decodingFailed)
        /// The encoder failed.
        public static let encodingFailed = Code(kind: .encodingFailed)
        /// Memory could not be allocated.
        public static let outOfMemory = Code(kind: .outOfMemory)
        /// A library failed in a way that its documentation does not foresee.
        public static let internalFailure = Code(kind: .internalFailure)
    }

    /// What kind of error this is.
    public var code: Code
    /// What failed, on which source, and what to do about it.
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

extension CaptureError {
    /// Whether trying again cannot help: somebody has to change the URL, the file, the camera's settings or ours.
    public var isPermanent: Bool {
        switch code {
        case .invalidURL, .invalidConfiguration, .fileNotFound, .fileNotReadable, .redirected, .noVideo,
            .unsupportedCodec, .unsupportedFormat, .outOfMemory:
            true
        default: false
        }
    }
}

extension CaptureError: CustomStringConvertible {
    /// The message, followed by the cause.
    public var description: String {
        cause.map { "\(message) (\($0))" } ?? message
    }
}

extension CaptureError.Code: CustomStringConvertible {
    /// The name of the code.
    public var description: String { "\(kind)" }
}
