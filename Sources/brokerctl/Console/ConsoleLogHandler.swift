import Foundation
import Logging

/// Writes log messages to standard error, a line each.
struct ConsoleLogHandler: LogHandler {
    var logLevel: Logger.Level
    var metadata: Logger.Metadata = [:]
    var metadataProvider: Logger.MetadataProvider?
    private let format: LogFormat

    init(level: Logger.Level, format: LogFormat) {
        logLevel = level
        self.format = format
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let facts = metadata.merging(metadataProvider?.get() ?? [:]) { $1 }.merging(event.metadata ?? [:]) { $1 }
        switch format {
        case .text:
            let words = facts.sorted { $0.key < $1.key }.map { " \($0.key)=\($0.value)" }.joined()
            let time = Date.now.formatted(.iso8601.time(includingFractionalSeconds: true))
            // A status line may stand where this one begins.
            let start = Terminal.isInteractive ? "\r\u{1B}[K" : ""
            Terminal.write("\(start)\(time) \(event.level) \(event.message)\(words)\n")
        case .json:
            let line = JSONLogLine(time: .now, level: event.level, message: "\(event.message)", facts: facts)
            Terminal.write(line.text + "\n")
        }
    }
}
