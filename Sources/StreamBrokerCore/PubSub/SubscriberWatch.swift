/// Tells whoever asks how many subscribers a channel has, whenever that changes.
final class SubscriberWatch: Sendable {
    private struct State {
        var nextKey = 0
        var watchers: [Int: AsyncStream<Int>.Continuation] = [:]
    }

    private let state = Locked(State())

    /// The count now and after every change. A reader that is busy finds the newest count only.
    func counts(now count: () -> Int) -> AsyncStream<Int> {
        let (stream, continuation) = AsyncStream.makeStream(of: Int.self, bufferingPolicy: .bufferingNewest(1))
        let key = state.withLock { state in
            state.nextKey += 1
            state.watchers[state.nextKey] = continuation
            continuation.yield(count())
            return state.nextKey
        }
        continuation.onTermination = { [weak self] _ in
            // Taken out of the lock before it is let go of.
            _ = self?.state.withLock { $0.watchers.removeValue(forKey: key) }
        }
        return stream
    }

    /// The number of subscribers may have changed. Must not be called under a lock that `count` takes.
    ///
    /// The count is taken under the watch's own lock: of two changes at once, the last one told is the newer count.
    func changed(_ count: () -> Int) {
        state.withLock { state in
            guard !state.watchers.isEmpty else { return }
            let count = count()
            for watcher in state.watchers.values { watcher.yield(count) }
        }
    }

    func finish() {
        for watcher in state.withLock({ Array($0.watchers.values) }) { watcher.finish() }
    }
}
