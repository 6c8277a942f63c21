import Foundation
import RTSPCapture
import StreamBrokerKit

/// What a publisher did between two moments, as rates.
struct PublishFigures: Sendable, Equatable {
    /// The counts at one moment.
    struct Sample: Sendable {
        var time: ContinuousClock.Instant
        var capture: CaptureStatistics
        var publisher: FramePublisherStatistics
    }

    var captured: Double
    var encoded: Double
    /// Pictures that were not encoded since they showed nothing new.
    var unchanged: Double
    var posted: Double
    /// Frames that were thrown away since the start, here or at the broker's door. Thinning to the wanted rate is none.
    var dropped: UInt64
    var kilobitsPerSecond: Double
    var ageMilliseconds: Double?
    var viewers: Int
    /// What the budget made of the encoder's settings.
    var encoder: EncoderSettings?
    /// What is wrong with the source or odd about it, and for how long, in words; nil when nothing is.
    var oddity: String?

    init(from earlier: Sample, to later: Sample) {
        let seconds = max(0.001, (later.time - earlier.time) / .seconds(1))
        func rate(_ before: UInt64, _ after: UInt64) -> Double { Double(after - before) / seconds }
        captured = rate(earlier.capture.decoded, later.capture.decoded)
        encoded = rate(earlier.capture.encoded, later.capture.encoded)
        unchanged = rate(earlier.capture.unchanged, later.capture.unchanged)
        posted = rate(earlier.publisher.posted, later.publisher.posted)
        dropped =
            later.capture.replacedBeforeEncoding + later.capture.late + later.capture.replacedBeforeDelivery
            + later.publisher.lost
        kilobitsPerSecond = rate(earlier.publisher.bytesPosted, later.publisher.bytesPosted) * 8 / 1_000
        ageMilliseconds = later.publisher.age.map { $0 / .milliseconds(1) }
        viewers = later.publisher.subscribers
        encoder = later.capture.encoder
        if later.capture.state != .live {
            oddity = "camera \(later.capture.state)"
        } else if later.capture.condition != .flowing {
            let seconds = later.capture.conditionDuration.map { String(format: ", %.0f s", $0 / .seconds(1)) } ?? ""
            oddity = "\(later.capture.condition)\(seconds)"
        }
    }

    /// One line: `30.0 fps in, 30.0 encoded, 30.0 posted, 0 dropped, 9012 kbit/s, 24 ms old, 1 viewer`.
    var line: String {
        let age = ageMilliseconds.map { String(format: ", %.0f ms old", $0) } ?? ""
        let same = unchanged > 0 ? String(format: " (%.1f unchanged)", unchanged) : ""
        return String(
            format: "%.1f fps in, %.1f encoded\(same), %.1f posted, %llu dropped, %.0f kbit/s",
            captured,
            encoded,
            posted,
            dropped,
            kilobitsPerSecond
        ) + age + ", \(viewers) \(viewers == 1 ? "viewer" : "viewers")" + (encoder.map { ", \($0)" } ?? "")
            + (oddity.map { " [\($0)]" } ?? "")
    }
}
