/// The threads of one iteration over a capture, and what they share with the task that iterates.
///
/// When the last of them ends, the slot is finished; so a consumer that sees the end can join them without waiting. Let
/// go of without that, a run stops its threads, which clean up after themselves.
final class CaptureRun<Element: Sendable>: Sendable {
    let slot: NewestSlot<Element>
    private let stop = StopSignal()
    private let threads: [WorkerThread]
    private let whenStopped: @Sendable () -> Void

    /// Starts a run.
    ///
    /// - Parameters:
    ///   - slot: where the results go.
    ///   - whenStopped: wakes threads that wait for something else than the stop signal.
    ///   - bodies: names and bodies of the threads. Each body returns the error that the run ends with, or nil.
    init(
        slot: NewestSlot<Element>,
        whenStopped: @escaping @Sendable () -> Void,
        threads bodies: (StopSignal) -> [(name: String, body: @Sendable () -> CaptureError?)]
    ) throws(CaptureError) {
        let stop = stop
        let bodies = bodies(stop)
        let crew = ThreadCrew(size: bodies.count, slot: slot)
        var threads: [WorkerThread] = []
        for (name, body) in bodies {
            do throws(CaptureError) {
                threads.append(try WorkerThread(name: name) { crew.leave(body()) })
            } catch {
                stop.stop()
                whenStopped()
                for thread in threads { thread.join() }
                throw error
            }
        }
        self.threads = threads
        self.slot = slot
        self.whenStopped = whenStopped
    }

    deinit { cancel() }

    /// Asks the threads to end. The slot is finished soon after.
    func cancel() {
        stop.stop()
        whenStopped()
    }

    /// Joins the threads. To be called after the slot was finished.
    func join() {
        for thread in threads { thread.join() }
    }
}

/// Counts the threads that still run; the last one finishes the slot.
private final class ThreadCrew<Element: Sendable>: Sendable {
    private let state: Monitor<(running: Int, error: CaptureError?)>
    private let slot: NewestSlot<Element>

    init(size: Int, slot: NewestSlot<Element>) {
        state = Monitor((size, nil))
        self.slot = slot
    }

    func leave(_ error: CaptureError?) {
        let (isLast, error) = state.withLock { state in
            state.running -= 1
            state.error = state.error ?? error
            return (state.running == 0, state.error)
        }
        if isLast { slot.finish(error) }
    }
}
