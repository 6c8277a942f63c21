import FrameCodec

/// Counts what threads do, and gives snapshots.
final class CaptureMeter: Sendable {
    private struct Reading: Sendable {
        var statistics = CaptureStatistics()
        var lastPicture: MonotonicTime?
        var conditionSince: MonotonicTime?
    }

    private let reading = Monitor(Reading())

    /// Adds one to a count.
    func count(_ counter: any WritableKeyPath<CaptureStatistics, UInt64> & Sendable, _ amount: UInt64 = 1) {
        reading.withLock { $0.statistics[keyPath: counter] += amount }
    }

    func enter(_ state: CaptureState, reason: CaptureError? = nil) {
        reading.withLock {
            $0.statistics.state = state
            $0.statistics.reason = reason
        }
    }

    func decodedPicture(of size: PictureSize, at time: MonotonicTime) {
        reading.withLock {
            $0.statistics.decoded += 1
            $0.statistics.sourceSize = size
            $0.lastPicture = time
        }
    }

    func opened(_ codec: VideoCodec?) {
        reading.withLock { $0.statistics.codec = codec }
    }

    func sees(_ condition: SourceCondition, since time: MonotonicTime) {
        reading.withLock {
            $0.statistics.condition = condition
            $0.conditionSince = time
        }
    }

    func count(_ condition: SourceCondition) {
        reading.withLock { $0.statistics.conditions[condition, default: 0] += 1 }
    }

    func encodes(with settings: EncoderSettings) {
        reading.withLock { $0.statistics.encoder = settings }
    }

    /// The counts now.
    func snapshot(at now: MonotonicTime) -> CaptureStatistics {
        reading.withLock {
            var statistics = $0.statistics
            statistics.lastPictureAge = $0.lastPicture?.duration(to: now)
            statistics.conditionDuration = $0.conditionSince?.duration(to: now)
            return statistics
        }
    }
}
