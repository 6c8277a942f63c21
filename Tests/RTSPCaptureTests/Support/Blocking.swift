import Foundation
import RTSPCapture

/// A capture ends within a second of its cancellation; the other one is for a machine that is busy with other tests.
let promisedEnding: Duration = .seconds(2)

/// Runs something that blocks on a thread of its own, so that the task waits without holding up the cooperative pool.
func onThread<Result: Sendable>(_ body: @escaping @Sendable () -> Result) async -> Result {
    await withCheckedContinuation { continuation in
        Thread { continuation.resume(returning: body()) }.start()
    }
}

/// Iterates over `source` in a task of its own while `body` runs, then cancels it.
///
/// - Returns: the error that the iteration threw, and how long it took from cancellation to the end.
func whileIterating<Source: AsyncSequence & Sendable>(
    _ source: Source,
    _ body: @Sendable () async throws -> Void
) async throws -> (error: CaptureError?, ending: Duration) where Source.Failure == CaptureError {
    let task = Task { () -> CaptureError? in
        do throws(CaptureError) {
            for try await _ in source {}
            return nil
        } catch {
            return error
        }
    }
    do {
        try await body()
    } catch {
        task.cancel()
        _ = await task.value
        throw error
    }
    let cancelled = ContinuousClock.now
    task.cancel()
    return (await task.value, ContinuousClock.now - cancelled)
}

/// The error that iterating over `source` ends with, or nil.
func errorOf<Source: AsyncSequence>(_ source: Source) async -> CaptureError? where Source.Failure == CaptureError {
    do throws(CaptureError) {
        for try await _ in source {}
        return nil
    } catch {
        return error
    }
}
