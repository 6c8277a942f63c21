import Logging
import StreamBrokerCore

/// A logger whose lines a test can wait for.
final class LogEvents: Sendable {
    struct Line: Sendable {
        let level: Logger.Level
        let text: String
    }

    private let arrived = AsyncStream<Line>.makeStream()
    private let lines = Locked<[Line]>([])

    var logger: Logger { Logger(label: "test") { _ in Handler(events: self) } }

    /// All lines of at least a level so far.
    func all(_ level: Logger.Level = .notice) -> [String] {
        lines.withLock { $0.filter { $0.level >= level }.map(\.text) }
    }

    /// Waits for a line that contains a text. Lines before it are passed over for good.
    func wait(for text: String) async {
        for await line in arrived.stream where line.text.contains(text) { return }
    }

    private func record(_ line: Line) {
        lines.withLock { $0.append(line) }
        arrived.continuation.yield(line)
    }

    private struct Handler: LogHandler {
        let events: LogEvents
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.trace

        init(events: LogEvents) {
            self.events = events
        }

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            let all = metadata.merging(event.metadata ?? [:]) { $1 }
            let suffix = all.sorted { $0.key < $1.key }.map { " \($0)=\($1)" }.joined()
            events.record(Line(level: event.level, text: "\(event.message)\(suffix)"))
        }
    }
}
