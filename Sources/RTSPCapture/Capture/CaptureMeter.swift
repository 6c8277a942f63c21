import FrameCodec

/// Counts what threads do, and gives snapshots.
final class CaptureMeter: Sendable {
    private struct Reading: Sendable {
        var statistics = CaptureStatistics()
        var lastPicture: MonotonicTime?
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

    /// The counts now.
    func snapshot(at now: MonotonicTime) -> CaptureStatistics {
        reading.withLock {
            var statistics = $0.statistics
            statistics.lastPictureAge = $0.lastPicture?.duration(to: now)
            return statistics
        }
    }
}
