import StreamBrokerCore

/// What is known of one stream at a moment, for `/api/streams` and `/metrics`.
struct StreamStatus: Encodable {
    enum State: String, Encodable {
        /// Frames come.
        case live
        /// There is a frame, and the next one is overdue.
        case stale
        /// There never was a frame.
        case waiting
    }

    var stream: String
    var state: State
    /// Why the state is what it is, for people.
    var reason: String
    var viewers: Int
    var sequence: UInt64
    var framesPerSecond: Double
    var kilobitsPerSecond: Double
    var format: String?
    var width: Int?
    var height: Int?
    var frameBytes: Int?
    /// Since the latest frame came.
    var ageMilliseconds: Double?
    /// Since the latest frame was taken, by the publisher's clock.
    var captureAgeMilliseconds: Double?
    var received: UInt64
    var receivedBytes: UInt64
    var delivered: UInt64
    var deliveredBytes: UInt64
    var replaced: UInt64
    var thinned: UInt64
    var cutOff: UInt64
    /// How many viewers have a frame on the way for longer than it should take.
    var stalledViewers: Int
    var ages: DeliveryAges
    /// What is known of the camera by the one who keeps it running, if somebody does.
    var source: SourceStatus?

    enum CodingKeys: String, CodingKey {
        case stream, state, reason, viewers, sequence, format, width, height, received, delivered, replaced, thinned
        case source
        case framesPerSecond = "fps"
        case kilobitsPerSecond = "kbit_per_s"
        case frameBytes = "frame_bytes"
        case ageMilliseconds = "age_ms"
        case captureAgeMilliseconds = "capture_age_ms"
        case receivedBytes = "received_bytes"
        case deliveredBytes = "delivered_bytes"
        case cutOff = "cut_off"
        case stalledViewers = "stalled_viewers"
        // The classes of ages are for machines: they are on the page of metrics.
    }

    /// After so long without a frame a stream is not called live any more.
    private static let staleAfter: Int64 = 3_000_000

    init(
        stream id: StreamID,
        channel: FrameChannel,
        hub: ViewerHub,
        now: UnixMicroseconds,
        source: SourceStatus? = nil
    ) {
        self.source = source
        let (input, rate, bytesPerSecond) = hub.snapshot(at: now)
        let frame = input.latest?.frame
        stream = id.name
        viewers = channel.subscriberCount
        sequence = frame?.sequence ?? 0
        framesPerSecond = (rate * 10).rounded() / 10
        kilobitsPerSecond = (bytesPerSecond * 8 / 100).rounded() / 10
        format = frame.map { "\($0.format)" }
        width = frame?.dimensions?.width
        height = frame?.dimensions?.height
        frameBytes = frame?.payload.count
        let age = frame.map { now.microseconds(since: $0.arrivalTime) }
        ageMilliseconds = age.map { Double($0) / 1_000 }
        captureAgeMilliseconds = frame?.captureTime.map { Double(now.microseconds(since: $0)) / 1_000 }
        received = input.frames
        receivedBytes = input.bytes
        let tally = hub.tally
        delivered = tally.delivered
        deliveredBytes = tally.deliveredBytes
        replaced = tally.replaced
        thinned = tally.thinned
        cutOff = tally.cutOff
        stalledViewers = tally.stalledViewers
        ages = tally.ages
        switch age {
        case nil:
            state = .waiting
            reason = "no frame has been published"
        case let age? where age > Self.staleAfter:
            state = .stale
            reason = "the last frame came \(age / 1_000_000) s ago"
        default:
            state = .live
            reason = "frames are coming in"
        }
        // Its keeper knows better than the silence tells.
        if state != .live, let source { reason = source.reason }
    }
}
