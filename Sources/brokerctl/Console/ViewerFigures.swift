import Foundation
import StreamBrokerKit

/// What a viewer saw in an interval.
struct ViewerFigures: Sendable, Encodable, Equatable {
    var frames = 0
    var framesPerSecond = 0.0
    var kilobitsPerSecond = 0.0
    /// The mean frame size in bytes.
    var frameBytes = 0
    /// How old the pictures were, capture to receipt; half of them not older.
    var ageMillisecondsP50: Double?
    /// Sequence numbers that were passed over.
    var gaps: UInt64 = 0
    var reconnects = 0

    enum CodingKeys: String, CodingKey {
        case frames, gaps, reconnects
        case framesPerSecond = "fps"
        case kilobitsPerSecond = "kbit_per_s"
        case frameBytes = "frame_bytes"
        case ageMillisecondsP50 = "age_ms_p50"
    }

    var line: String {
        let age = ageMillisecondsP50.map { String(format: "%.0f ms old", $0) } ?? "age unknown"
        return String(
            format: "%.1f fps, %.0f kbit/s, %d bytes a frame, ",
            framesPerSecond,
            kilobitsPerSecond,
            frameBytes
        )
            + "\(age), \(gaps) gaps, \(reconnects) reconnects"
    }

    var json: String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        // Every number in it is finite.
        return (try? encoder.encode(self)).map { String(decoding: $0, as: UTF8.self) } ?? "{}"
    }
}

/// Adds up what a viewer sees, interval by interval.
struct ViewerMeter {
    private var frames = 0
    private var bytes = 0
    private var ages: [Int64] = []
    private var gaps: UInt64 = 0
    private var lastSequence: UInt64?

    mutating func note(_ frame: ReceivedFrame) {
        frames += 1
        bytes += frame.bytes.count
        if let captured = frame.captureTime ?? frame.arrivalTime, !frame.isReplay {
            ages.append(frame.receivedTime.microseconds(since: captured))
        }
        if let lastSequence, frame.sequence > lastSequence + 1, !frame.isReplay {
            gaps += frame.sequence - lastSequence - 1
        }
        lastSequence = frame.sequence
    }

    /// The figures since the last call.
    mutating func take(seconds: Double, reconnects: Int) -> ViewerFigures {
        defer {
            frames = 0
            bytes = 0
            ages = []
            gaps = 0
        }
        return ViewerFigures(
            frames: frames,
            framesPerSecond: (Double(frames) / seconds * 10).rounded() / 10,
            kilobitsPerSecond: (Double(bytes) * 8 / 1_000 / seconds).rounded(),
            frameBytes: frames == 0 ? 0 : bytes / frames,
            ageMillisecondsP50: ages.isEmpty ? nil : Double(ages.sorted()[ages.count / 2]) / 1_000,
            gaps: gaps,
            reconnects: reconnects
        )
    }
}
