import Foundation
import FrameCodec
import RTSPCapture

/// What a source showed and told, to be waited for from any thread.
final class Watcher: Sendable {
    struct Shown: Sendable, Equatable {
        var fingerprint: UInt64
        var size: PictureSize
        var origin: PictureOrigin
    }

    private struct State: Sendable {
        var shown: [Shown] = []
        var events: [CaptureEvent] = []
    }

    private let state = Monitor(State())

    var shown: [Shown] { state.withLock { $0.shown } }
    var events: [CaptureEvent] { state.withLock { $0.events } }

    /// A source that shows its pictures here.
    func source(_ configuration: CaptureConfiguration) -> RTSPSource<Int> {
        RTSPSource(configuration: configuration, observer: { self.observe($0) }) { picture, origin in
            let shown = Shown(fingerprint: picture.fingerprint, size: picture.size, origin: origin)
            return self.state.withLock { state in
                state.shown.append(shown)
                return state.shown.count
            }
        }
    }

    func observe(_ event: CaptureEvent) {
        state.withLock { $0.events.append(event) }
    }

    /// Waits on a thread of the test's own until that many pictures were shown; false when it takes too long.
    func waitForPictures(_ count: Int, within duration: Duration = .seconds(10)) -> Bool {
        state.wait(until: .now + duration) { $0.shown.count >= count ? true : nil } ?? false
    }

    /// The errors that were told.
    var losses: [CaptureError] {
        events.compactMap { if case .lost(let error, _) = $0 { error } else { nil } }
    }

    var fallbacks: [String] {
        events.compactMap { if case .fellBack(let reason) = $0 { reason } else { nil } }
    }

    var timesLive: Int {
        events.count { if case .live = $0 { true } else { false } }
    }
}

extension Watcher {
    /// Waits on a thread of the test's own until such an event came; false when it takes too long.
    func waitForEvent(within duration: Duration = .seconds(20), _ isWanted: @escaping @Sendable (CaptureEvent) -> Bool)
        -> Bool
    {
        poll(within: duration) { self.events.contains(where: isWanted) }
    }
}

/// Asks until the answer is yes; false when it takes too long. For what can only be asked.
func poll(within duration: Duration = .seconds(20), _ isTrue: () -> Bool) -> Bool {
    let deadline = ContinuousClock.now + duration
    while !isTrue() {
        if ContinuousClock.now > deadline { return false }
        usleep(2000)
    }
    return true
}
