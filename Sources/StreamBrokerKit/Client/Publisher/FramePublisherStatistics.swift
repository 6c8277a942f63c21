/// What became of the frames that a ``FramePublisher`` was given, and how the broker is doing.
///
/// `offered = posted + replaced + late + rejected + failed + dropped`, plus the frames that wait or travel at the moment.
public struct FramePublisherStatistics: Sendable, Hashable {
    /// Frames given to the publisher.
    public internal(set) var offered: UInt64 = 0
    /// Frames that entered the broker.
    public internal(set) var posted: UInt64 = 0
    /// Frames whose place a newer one took while the connection was busy.
    public internal(set) var replaced: UInt64 = 0
    /// Frames that came to the broker after a newer one and were not shown.
    public internal(set) var late: UInt64 = 0
    /// Frames that the broker would not take as an image.
    public internal(set) var rejected: UInt64 = 0
    /// Frames whose post failed: no connection, no answer in time, refused, or throttled.
    public internal(set) var failed: UInt64 = 0
    /// Frames dropped without a post while the broker was away or the publisher was over.
    public internal(set) var dropped: UInt64 = 0
    /// Bytes of the images that entered the broker.
    public internal(set) var bytesPosted: UInt64 = 0
    /// How many subscribers the stream had, by the broker's last answer.
    public internal(set) var subscribers = 0
    /// Time from post to answer, smoothed with weight 1/8; `nil` before the first answer.
    public internal(set) var roundTrip: Duration?
    /// How old the last accepted picture was when the broker's answer came, capture to answer; `nil` when unknown.
    public internal(set) var age: Duration?
    /// Whether the last thing heard of the broker was good.
    public internal(set) var isDelivering = false

    /// Everything given that did not enter the broker.
    public var lost: UInt64 { replaced + late + rejected + failed + dropped }
}
