import RTSPCapture
import StreamBrokerKit
import Synchronization

/// Sets a capture's throttle as the number of viewers tells, those of its renditions included.
final class IdleControl: Sendable {
    private struct State {
        var viewers: [StreamID: Int] = [:]
        var rate = IdleRate(now: .now)
    }

    let throttle = CaptureThrottle()
    private let state = Mutex(State())

    /// So many watch this stream, as far as is known now. May be called from any thread, as often as one likes.
    func viewers(_ count: Int, of stream: StreamID) {
        // Under the lock, so that the last one to be told is the one that counts.
        state.withLock { state in
            state.viewers[stream] = count
            throttle.framesPerSecond = state.rate.limit(viewers: state.viewers.values.reduce(0, +), now: .now)
        }
    }
}
