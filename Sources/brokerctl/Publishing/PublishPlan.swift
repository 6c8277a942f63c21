import FrameCodec
import Logging
import RTSPCapture
import StreamBrokerKit

/// Everything that decides how a camera is captured, encoded and posted.
struct PublishPlan: Sendable {
    var pipeline: CameraPipeline.Configuration
    var broker: BrokerURL
    var stream: StreamID
    var publisher = FramePublisherConfiguration()
    /// Whether every frame is sent even while nobody watches.
    var isFullRate = false
}

extension PublishPlan {
    /// The broker's address by its URL, or by `USE_HTTPS` and `BROKER_PORT`.
    static func brokerURL(_ settings: Settings, flag: String?) throws -> BrokerURL {
        if let text = settings.text(.brokerURL, flag: flag) {
            do { return try BrokerURL(text) } catch { throw SettingError("the broker's address: \(error)") }
        }
        let isSecure = try settings.flag(.usesHTTPS) ?? false
        let port =
            try settings.integer(.brokerPort, flag: nil, in: 1...65_535) ?? BrokerServerConfiguration().port
        return try BrokerURL("\(isSecure ? "https" : "http")://127.0.0.1:\(port)")
    }

    /// The renditions, each with a name that the broker takes.
    static func renditions(_ settings: Settings, flags: [String], of stream: StreamID) throws -> [Rendition] {
        let texts =
            flags.isEmpty
            ? (settings.text(.renditions) ?? "").split(whereSeparator: \.isWhitespace).map(String.init) : flags
        return try texts.map { text in
            let rendition = try Rendition(text)
            _ = try renditionStream(rendition, of: stream)
            return rendition
        }
    }

    /// The name under which a rendition is published.
    static func renditionStream(_ rendition: Rendition, of stream: StreamID) throws -> StreamID {
        do {
            return try StreamID("\(stream)~\(rendition.name)")
        } catch {
            throw SettingError("\(SettingKey.renditions.flag): \(stream)~\(rendition.name): \(error): \(error.hint)")
        }
    }

    static func stream(_ settings: Settings, flag: String?) throws -> StreamID {
        let name = settings.text(.stream, flag: flag) ?? SettingKey.stream.defaultText
        do { return try StreamID(name) } catch { throw SettingError("\(error): \(error.hint)") }
    }
}
