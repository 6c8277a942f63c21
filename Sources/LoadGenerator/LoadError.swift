/// Why a load could not be put on a broker.
public enum LoadError: Error, Sendable, CustomStringConvertible {
    /// The configuration makes no sense.
    case configuration(String)
    /// So many viewers could not connect.
    case viewersRefused(Int, of: Int)
    /// The broker answered a post with something else than 2xx.
    case refused(String)
    /// The broker closed a publisher's connection.
    case publisherClosed

    /// What failed, and what to do.
    public var description: String {
        switch self {
        case .configuration(let problem): problem
        case .viewersRefused(let count, let all):
            "\(count) of \(all) viewers could not connect: is the broker there, and are its limits and `ulimit -n` high enough?"
        case .refused(let answer): "the broker refused a frame: \(answer)"
        case .publisherClosed: "the broker closed the publisher's connection"
        }
    }
}
