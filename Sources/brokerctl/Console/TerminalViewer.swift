import ServiceLifecycle
import StreamBrokerKit
import Synchronization

/// Reads a stream, saves its frames when asked to, and says once a second what came.
struct TerminalViewer: Service {
    let subscriber: FrameSubscriber
    let folder: FrameFolder?
    let limit: Int?
    let printsJSON: Bool

    func run() async throws {
        let progress = Progress()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await cancelWhenGracefulShutdown { try await read(progress) } }
            group.addTask {
                // Ends by being cancelled.
                while (try? await Task.sleep(for: .seconds(1))) != nil { say(progress) }
            }
            defer { group.cancelAll() }
            try await group.next()
        }
        say(progress)
    }

    private func read(_ progress: Progress) async throws {
        var frames = subscriber.makeAsyncIterator()
        var count = 0
        while let frame = try await frames.next() {
            progress.note(frame, reconnects: frames.reconnections)
            try folder?.save(frame)
            count += 1
            if count == limit { return }
        }
    }

    private func say(_ progress: Progress) {
        let figures = progress.take()
        Terminal.printLine(printsJSON ? figures.json : figures.line)
    }

    private final class Progress: Sendable {
        private struct State {
            var meter = ViewerMeter()
            var reconnects = 0
            var since = ContinuousClock.now
        }

        private let state = Mutex(State())

        func note(_ frame: ReceivedFrame, reconnects: Int) {
            state.withLock { state in
                state.meter.note(frame)
                state.reconnects = reconnects
            }
        }

        func take() -> ViewerFigures {
            state.withLock { state in
                let seconds = max(0.001, (ContinuousClock.now - state.since) / .seconds(1))
                state.since = .now
                return state.meter.take(seconds: seconds, reconnects: state.reconnects)
            }
        }
    }
}
