/// The description of the one stream (SDP, RFC 8866; RFC 2326, appendix C).
package struct SessionDescription: Sendable {
    /// The last part of the stream's own address, after the presentation's.
    package static let control = "trackID=0"

    /// The media section, from `m=` on, without `a=control`.
    package var media: [String]

    /// Takes the media section out of a whole description, such as libavformat makes.
    package init(mediaOf description: String) {
        media = description.split(whereSeparator: \.isNewline)
            .drop { !$0.hasPrefix("m=") }
            .filter { !$0.hasPrefix("a=control:") }
            .map(String.init)
    }

    /// The description as a client gets it.
    package func text(identifier: UInt32, host: String) -> String {
        let family = host.contains(":") ? "IP6" : "IP4"
        let lines =
            [
                "v=0", "o=- \(identifier) 1 IN \(family) \(host)", "s=Loopback camera",
                "c=IN \(family) \(family == "IP6" ? "::" : "0.0.0.0")", "t=0 0", "a=control:*", "a=range:npt=now-",
            ] + media + ["a=control:\(Self.control)"]
        return lines.map { $0 + "\r\n" }.joined()
    }
}
