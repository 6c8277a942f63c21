/// What a camera offers, as SDP (RFC 8866); only what errors need.
struct SessionDescription {
    /// Whether there is a video stream.
    let hasVideo: Bool

    init(_ text: String) {
        hasVideo = text.split(whereSeparator: \.isNewline).contains { $0.hasPrefix("m=video") }
    }
}
