/// What load to put on a broker, with its defaults.
public struct LoadConfiguration: Sendable, Hashable, Codable {
    /// The broker's host name or address.
    public var host = "127.0.0.1"
    /// The broker's port.
    public var port = 3090
    /// A PEM file with the certificate to trust: everything then goes over TLS. `nil` for none.
    public var caCertificateFile: String?
    /// Healthy viewers, spread evenly over the streams.
    public var viewers = 100
    /// Streams, each with a publisher of its own.
    public var streams = 1
    /// The size of a frame in bytes.
    public var frameBytes = 40_000
    /// Frames published per second and stream; 0 publishes nothing (the broker has frames of its own).
    public var framesPerSecond = 30.0
    /// How long to measure, in seconds, after everybody has joined.
    public var seconds = 10.0
    /// Viewers that read at ``slowBytesPerSecond``.
    public var slowViewers = 0
    /// How fast slow viewers read, in bytes per second.
    public var slowBytesPerSecond = 300_000
    /// Viewers that join and never read.
    public var stalledViewers = 0
    /// How many healthy viewers leave and are replaced per second.
    public var churnPerSecond = 0.0
    /// Whether viewers use `stream-broker.v1` and acknowledge every frame.
    public var acknowledges = false
    /// The broker's process, when it is on this machine: its CPU time and memory are measured.
    public var processID: Int?
    /// The path that viewers connect to; `{stream}` stands for the stream's name.
    public var viewerPath = "/ws/{stream}"
    /// What frames are posted as; brokers that do not look at the bytes may need another.
    public var contentType = "image/webp"
    /// The path that frames are posted to; `{stream}` stands for the stream's name.
    public var ingestPath = "/ingest/{stream}"

    /// The token of publishers and viewers.
    package var token = UnwrittenToken()

    /// The defaults.
    public init() {}

    func path(_ template: String, stream: Int) -> String {
        template.split(separator: "{stream}", omittingEmptySubsequences: false).joined(separator: streamName(stream))
    }

    func streamName(_ index: Int) -> String { "bench-\(index)" }

    /// The first thing that makes no sense, if there is one.
    public var problem: String? {
        if viewers < 0 || slowViewers < 0 || stalledViewers < 0 { return "the number of viewers is below 0" }
        if streams < 1 { return "there must be at least one stream" }
        if frameBytes < SyntheticFrame.minimumLength || frameBytes > 8 * 1024 * 1024 {
            return "a frame has \(SyntheticFrame.minimumLength) bytes to 8 MiB"
        }
        if !(framesPerSecond >= 0 && framesPerSecond <= 10_000) { return "the frame rate is 0 to 10000 per second" }
        if !(seconds > 0 && seconds <= 86_400) { return "the time is above 0 and at most a day" }
        if slowBytesPerSecond < 1_000 { return "slow viewers read at least 1000 bytes per second" }
        if !(churnPerSecond >= 0) { return "the churn is below 0" }
        return nil
    }
}
