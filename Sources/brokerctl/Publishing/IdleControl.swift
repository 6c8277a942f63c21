import RTSPCapture
import Synchronization

/// Sets a capture's throttle as the number of viewers tells.
final class IdleControl: Sendable {
    let throttle = CaptureThrottle()
    private let rate = Mutex(IdleRate(now: .now))

    /// So many watch, as far as is known now. May be called from any thread, as often as one likes.
    func viewers(_ count: Int) {
        // Under the lock, so that the last one to be told is the one that counts.
        rate.withLock { throttle.framesPerSecond = $0.limit(viewers: count, now: .now) }
    }
}
