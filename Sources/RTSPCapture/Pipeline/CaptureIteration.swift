/// One iteration over a capture, from the side of the task: starts it, and ends it with the task.
struct CaptureIteration<Element: Sendable> {
    private enum State {
        case notStarted
        case running(CaptureRun<Element>)
        case ended
    }

    private let start: @Sendable () throws(CaptureError) -> CaptureRun<Element>
    private var state = State.notStarted

    init(start: @escaping @Sendable () throws(CaptureError) -> CaptureRun<Element>) {
        self.start = start
    }

    /// The next element; nil at the end, and after the task was cancelled. By then all threads have ended.
    mutating func next(isolation: isolated (any Actor)?) async throws(CaptureError) -> Element? {
        let run: CaptureRun<Element>
        switch state {
        case .ended: return nil
        case .running(let running): run = running
        case .notStarted:
            if Task.isCancelled {
                state = .ended
                return nil
            }
            state = .ended
            run = try start()
            state = .running(run)
        }
        while true {
            let delivery = await withTaskCancellationHandler {
                await run.slot.next()
            } onCancel: {
                run.cancel()
            }
            switch delivery {
            case .element(let element):
                // Cancelled meanwhile: the end is near, and joins the threads.
                if Task.isCancelled { continue }
                return element
            case .finished(let error):
                state = .ended
                run.join()
                if let error, !Task.isCancelled { throw error }
                return nil
            }
        }
    }
}
