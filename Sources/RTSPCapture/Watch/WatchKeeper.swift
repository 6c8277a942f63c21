import FrameCodec

/// Keeps a source's watchdog: asks it whenever there may be news, from whichever thread, and passes the news on.
final class WatchKeeper: Sendable {
    private struct State: Sendable {
        var watchdog: SourceWatchdog
        var isConnected = false
    }

    private let state: Monitor<State>
    private let meter: CaptureMeter
    private let observe: @Sendable (CaptureEvent) -> Void

    init(
        _ configuration: CaptureConfiguration,
        meter: CaptureMeter,
        observe: @escaping @Sendable (CaptureEvent) -> Void
    ) {
        let limits = SourceWatchdog.Limits(
            patience: configuration.noticeDeadline,
            freezeDeadline: configuration.freezeDeadline
        )
        state = Monitor(State(watchdog: SourceWatchdog(limits, at: .now)))
        self.meter = meter
        self.observe = observe
    }

    /// A live source is open, and its data should come.
    func connected(at now: MonotonicTime) {
        state.withLock {
            $0.watchdog.connected(at: now)
            $0.isConnected = true
        }
        meter.sees(.flowing, since: now)
    }

    /// There is no connection to watch any more; why, others tell.
    func disconnected(at now: MonotonicTime) {
        state.withLock { $0.isConnected = false }
        meter.sees(.flowing, since: now)
    }

    func packetArrived(at now: MonotonicTime) {
        update(at: now) { $0.packetArrived(at: now) }
    }

    func pictureDecoded(timestamp: Int64?, similarity: PictureSimilarity, at now: MonotonicTime) {
        update(at: now) { $0.pictureDecoded(timestamp: timestamp, similarity: similarity, at: now) }
    }

    /// Nothing happens.
    func look(at now: MonotonicTime) {
        update(at: now) { _ in }
    }

    /// Whether the source is to be opened again; if so, it counts as done.
    func takesRestart(at now: MonotonicTime) -> Bool {
        state.withLock {
            guard $0.isConnected, $0.watchdog.wantsRestart(at: now) else { return false }
            $0.watchdog.restarted()
            return true
        }
    }

    private func update(at now: MonotonicTime, _ change: (inout SourceWatchdog) -> Void) {
        let seen = state.withLock { state -> SourceCondition? in
            guard state.isConnected else { return nil }
            change(&state.watchdog)
            return state.watchdog.look(at: now)
        }
        guard let seen else { return }
        meter.sees(seen, since: now)
        meter.count(seen)
        observe(.condition(seen))
    }
}
