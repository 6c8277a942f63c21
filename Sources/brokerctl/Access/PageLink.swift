import StreamBrokerKit

/// The address of a page that works as it is. The token stands behind the #, which no browser sends to any server.
enum PageLink {
    /// - Parameter base: Where the broker is, without a slash at its end.
    static func make(base: String, streams: StreamPattern, token: String) -> String {
        "\(base)/\(streams.stream.map { "?stream=\($0)" } ?? "")#token=\(token)"
    }
}
