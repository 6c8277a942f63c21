/// Why a WebSocket connection is closed (RFC 6455, section 7.4).
public struct WebSocketCloseCode: RawRepresentable, Hashable, Sendable {
    /// The code's number.
    public var rawValue: UInt16

    /// Makes a close code from its number.
    public init(rawValue: UInt16) {
        self.rawValue = rawValue
    }

    /// 1000: the purpose is fulfilled.
    public static let normal = Self(rawValue: 1000)
    /// 1001: the server shuts down.
    public static let goingAway = Self(rawValue: 1001)
    /// 1002: the peer broke the protocol.
    public static let protocolError = Self(rawValue: 1002)
    /// 1003: a binary message where none is taken.
    public static let unsupportedData = Self(rawValue: 1003)
    /// 1007: text that is not UTF-8, or not the JSON that was expected.
    public static let invalidPayload = Self(rawValue: 1007)
    /// 1008: the permission is gone.
    public static let policyViolation = Self(rawValue: 1008)
    /// 1009: the message is too big.
    public static let messageTooBig = Self(rawValue: 1009)
    /// 1013: a limit is reached; try again later.
    public static let tryAgainLater = Self(rawValue: 1013)

    /// Whether a peer may send this code in a close frame (RFC 6455, section 7.4.2).
    var mayBeSent: Bool {
        switch rawValue {
        case 1000...1003, 1007...1014, 3000...4999: true
        default: false
        }
    }
}
