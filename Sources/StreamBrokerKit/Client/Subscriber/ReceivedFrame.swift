public import StreamBrokerCore

/// One picture as a viewer got it.
public struct ReceivedFrame: Sendable {
    /// The bytes that were posted, unchanged.
    public let bytes: [UInt8]
    /// What the bytes are; `nil` when they are nothing known.
    public let format: ImageFormat?
    /// The frame's number in its stream; without `stream-broker.v1`, the number of frames received on this connection.
    public let sequence: UInt64
    /// When the picture was taken, by the publisher's clock; `nil` when unknown.
    public let captureTime: UnixMicroseconds?
    /// When the broker accepted the frame, by the broker's clock; `nil` without `stream-broker.v1`.
    public let arrivalTime: UnixMicroseconds?
    /// When the whole message was here, by this machine's clock.
    public let receivedTime: UnixMicroseconds
    /// Whether this is an older frame, repeated because this viewer has just joined.
    public let isReplay: Bool
}
