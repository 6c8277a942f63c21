/// What somebody may do with a broker. Each is separate: none contains another.
public enum Permission: String, Hashable, Sendable, CaseIterable {
    /// Post frames to a stream.
    case publish
    /// Watch a stream, take snapshots of it, and read its status.
    case view
    /// Read what is not about one stream: the metrics, and the list of all streams.
    case admin
}
