/// Why a client of a broker cannot go on: a stable code, a sentence for people, and what lies beneath.
public struct BrokerClientError: Error, Sendable, CustomStringConvertible {
    /// What kind of failure it is.
    public struct Code: Sendable, Hashable, CustomStringConvertible {
        private enum Kind: Hashable, Sendable {
            case invalidAddress, invalidConfiguration, unreachable, refused, protocolViolation, closed, silent
        }

        private let kind: Kind

        /// The address cannot be read. Correct it.
        public static let invalidAddress = Code(kind: .invalidAddress)
        /// A setting is impossible, or a certificate file cannot be read. Correct it.
        public static let invalidConfiguration = Code(kind: .invalidConfiguration)
        /// No connection, or no TLS on it. Trying again may help.
        public static let unreachable = Code(kind: .unreachable)
        /// The broker answered, and said no; see ``BrokerClientError/status``.
        public static let refused = Code(kind: .refused)
        /// The other side does not keep to WebSocket or to `stream-broker.v1`.
        public static let protocolViolation = Code(kind: .protocolViolation)
        /// The connection was closed; see ``BrokerClientError/closeCode``.
        public static let closed = Code(kind: .closed)
        /// The other side said nothing for too long, not even to a ping.
        public static let silent = Code(kind: .silent)

        /// The code's name.
        public var description: String { "\(kind)" }
    }

    /// The kind of failure.
    public var code: Code
    /// What failed, on what, and what to do, as one sentence without credentials.
    public var message: String
    /// The HTTP status with which a broker refused.
    public var status: Int?
    /// The WebSocket close code (RFC 6455, section 7.4); `nil` when the connection ended without one.
    public var closeCode: Int?
    /// The error beneath, if there is one.
    public var cause: (any Error)?

    init(
        code: Code,
        message: String,
        status: Int? = nil,
        closeCode: Int? = nil,
        cause: (any Error)? = nil
    ) {
        self.code = code
        self.message = message
        self.status = status
        self.closeCode = closeCode
        self.cause = cause
    }

    /// ``message``.
    public var description: String { message }

    /// Whether the same attempt may succeed later without anybody correcting anything here.
    public var isTransient: Bool {
        switch code {
        case .unreachable, .silent: true
        case .refused: status.map { $0 == 408 || $0 == 429 || $0 >= 500 } ?? false
        // 1008 takes the permission away; 1002, 1003, 1007 and 1009 say that we did something wrong.
        case .closed: ![1002, 1003, 1007, 1008, 1009].contains(closeCode)
        default: false
        }
    }

    static func invalidAddress(_ address: String, _ reason: String) -> Self {
        Self(code: .invalidAddress, message: "\"\(URLParts.redacted(address))\" is no usable address: \(reason)")
    }
}
