public import FrameCodec

/// Where a capture stands.
public enum CaptureState: Sendable, Hashable {
    /// Nobody iterates over it yet.
    case idle
    /// Opening the source, or waiting for the first picture.
    case connecting
    /// Pictures come.
    case live
    /// The source failed; the next attempt is due after a while.
    case waiting
    /// Nothing more will come.
    case ended
}

/// The counts of a capture since it began, over all connections.
///
/// Every picture is accounted for. Once nothing is under way,
/// - `decoded = damaged + thinned + unchanged + replacedBeforeEncoding + encoded + failedToEncode`, and
/// - `encoded + repeated = late + replacedBeforeDelivery + delivered`.
public struct CaptureStatistics: Sendable {
    /// Where the capture stands.
    public var state = CaptureState.idle
    /// Why it is not live, or ended.
    public var reason: CaptureError?
    /// What the watchdog sees.
    public var condition = SourceCondition.flowing
    /// For how long it has seen that; nil before the first connection.
    public var conditionDuration: Duration?
    /// How often it has begun to see each.
    public var conditions: [SourceCondition: UInt64] = [:]
    /// The codec of the source, once known; nil for the test picture.
    public var codec: VideoCodec?
    /// The size of the source's pictures, before scaling.
    public var sourceSize: PictureSize?
    /// Time since the last picture was decoded.
    public var lastPictureAge: Duration?
    /// What is encoded with, where a budget decides.
    public var encoder: EncoderSettings?
    /// Coded pictures that arrived.
    public var received: UInt64 = 0
    /// Pictures that came out of the decoder, or images that were to be passed through.
    public var decoded: UInt64 = 0
    /// Decoded pictures that were not shown since data before them was lost or damaged.
    public var damaged: UInt64 = 0
    /// Decoded pictures above the target frame rate.
    public var thinned: UInt64 = 0
    /// Pictures that were not encoded since they show nothing new.
    public var unchanged: UInt64 = 0
    /// Of those, the ones for which the last image was given out again.
    public var repeated: UInt64 = 0
    /// Pictures that a newer one replaced while they waited for an encoder.
    public var replacedBeforeEncoding: UInt64 = 0
    /// Pictures that were encoded (or passed through as they came, or, by an ``RTSPSource``, transformed).
    public var encoded: UInt64 = 0
    /// Pictures that could not be encoded.
    public var failedToEncode: UInt64 = 0
    /// Encoded pictures that were ready after a newer one.
    public var late: UInt64 = 0
    /// Encoded pictures that a newer one replaced while the consumer was busy.
    public var replacedBeforeDelivery: UInt64 = 0
    /// Encoded pictures that the consumer took.
    public var delivered: UInt64 = 0
    /// How often RTP packets went missing.
    public var packetLosses: UInt64 = 0
    /// Connections after the first.
    public var reconnects: UInt64 = 0

    /// Nothing counted yet.
    public init() {}
}
