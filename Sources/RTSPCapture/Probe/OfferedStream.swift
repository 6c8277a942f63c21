/// A stream that a source offers, whether it is shown or not.
public struct OfferedStream: Sendable, Hashable, Encodable {
    /// `video`, `audio`, `application` …
    public var kind: String
    /// The codec: over RTSP the name that the session description has for it, as in `H264`; else libavcodec's name.
    public var codec: String
    /// Ticks a second of the stream's RTP timestamps.
    public var clockRate: Int?
    /// Pictures a second, where the session description has them (RFC 8866, section 6.13).
    public var declaredFramesPerSecond: Double?

    /// More streams than that are not told.
    package static let mostStreams = 16

    package init(kind: String, codec: String, clockRate: Int? = nil, declaredFramesPerSecond: Double? = nil) {
        self.kind = kind
        self.codec = codec
        self.clockRate = clockRate
        self.declaredFramesPerSecond = declaredFramesPerSecond
    }
}

extension OfferedStream {
    /// The streams of a session description (RFC 8866), which comes from a stranger: names are cut to what may be
    /// printed.
    package static func all(in sessionDescription: String) -> [OfferedStream] {
        var streams: [OfferedStream] = []
        var payloadType: Substring = ""
        for line in sessionDescription.split(whereSeparator: \.isNewline) {
            if let media = line.dropping(prefix: "m=") {
                guard streams.count < mostStreams else { break }
                // m=<media> <port> <proto> <fmt> … (section 5.14)
                let words = media.split(separator: " ")
                payloadType = words.count > 3 ? words[3] : ""
                let known = staticPayloadTypes[String(payloadType)]
                streams.append(
                    OfferedStream(
                        kind: printable(words.first ?? "unknown"),
                        codec: known?.codec ?? "unknown",
                        clockRate: known?.clockRate
                    )
                )
            } else if !streams.isEmpty {
                streams[streams.count - 1].read(line, payloadType: payloadType)
            }
        }
        return streams
    }

    private mutating func read(_ line: Substring, payloadType: Substring) {
        if let map = line.dropping(prefix: "a=rtpmap:\(payloadType) ") {
            // <encoding name>/<clock rate>[/<parameters>] (section 6.6)
            let parts = map.split(separator: "/")
            codec = OfferedStream.printable(parts.first ?? "unknown")
            clockRate = parts.dropFirst().first.flatMap { Int($0.filter { !$0.isWhitespace }) }
        } else if let rate = line.dropping(prefix: "a=framerate:") {
            let rate = Double(rate.filter { !$0.isWhitespace })
            declaredFramesPerSecond = rate.flatMap { $0 > 0 && $0 <= 1_000 ? $0 : nil }
        }
    }

    private static func printable(_ text: Substring) -> String {
        let mostCharacters = 32
        let kept = text.filter { $0.isASCII && ($0.isLetter || $0.isNumber || "-_.+".contains($0)) }
        return kept.isEmpty ? "unknown" : String(kept.prefix(mostCharacters))
    }

    /// RFC 3551, section 6: those that cameras use.
    private static let staticPayloadTypes: [String: (codec: String, clockRate: Int)] = [
        "0": ("PCMU", 8_000), "8": ("PCMA", 8_000), "26": ("JPEG", 90_000), "32": ("MPV", 90_000),
        "33": ("MP2T", 90_000),
    ]
}
