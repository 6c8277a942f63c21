import Synchronization

/// The camera's URL, which is known once it listens; whoever asks before waits.
final class BoundURL: Sendable {
    private struct State {
        var result: Result<String, LoopbackCameraError>?
        var waiting: [Int: CheckedContinuation<String, any Error>] = [:]
        var nextID = 0
    }

    private let state = Mutex(State())

    /// Settles the matter, once; later calls change nothing, except that the camera's end replaces its address.
    func settle(_ result: Result<String, LoopbackCameraError>) {
        let waiting = state.withLock { state in
            state.result = result
            defer { state.waiting = [:] }
            return Array(state.waiting.values)
        }
        for continuation in waiting { continuation.resume(with: result.mapError { $0 }) }
    }

    /// The URL.
    func value() async throws -> String {
        let id = state.withLock { state in
            state.nextID += 1
            return state.nextID
        }
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let result = state.withLock { state -> Result<String, any Error>? in
                    if Task.isCancelled { return .failure(CancellationError()) }
                    if let result = state.result { return result.mapError { $0 } }
                    state.waiting[id] = continuation
                    return nil
                }
                if let result { continuation.resume(with: result) }
            }
        } onCancel: {
            state.withLock { $0.waiting.removeValue(forKey: id) }?.resume(throwing: CancellationError())
        }
    }
}
