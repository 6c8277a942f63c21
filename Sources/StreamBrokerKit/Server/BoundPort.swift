import StreamBrokerCore

/// A port that becomes known, or fails to, once.
final class BoundPort: Sendable {
    private enum State {
        case unknown([CheckedContinuation<Int, any Error>])
        case known(Result<Int, any Error>)
    }

    private let state = Locked(State.unknown([]))

    func resolve(_ result: Result<Int, any Error>) {
        let waiters = state.withLock { state in
            guard case .unknown(let waiters) = state else { return [CheckedContinuation<Int, any Error>]() }
            state = .known(result)
            return waiters
        }
        for waiter in waiters { waiter.resume(with: result) }
    }

    func value() async throws -> Int {
        try await withCheckedThrowingContinuation { continuation in
            let known: Result<Int, any Error>? = state.withLock { state in
                switch state {
                case .known(let result): return result
                case .unknown(let waiters):
                    state = .unknown(waiters + [continuation])
                    return nil
                }
            }
            if let known { continuation.resume(with: known) }
        }
    }
}
