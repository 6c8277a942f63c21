/// The address of the stream.
enum StreamAddress {
    /// `rtsp://host:port/path`, with brackets for IPv6.
    static func url(host: String, port: Int, path: String) -> String {
        "rtsp://\(host.contains(":") ? "[\(host)]" : host):\(port)/\(path)"
    }
}
