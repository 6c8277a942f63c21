import Foundation
import Logging

/// Writes log messages to standard error, one readable line each: time, level, message, facts.
struct ConsoleLogHandler: LogHandler {
    var logLevel: Logger.Level
    var metadata: Logger.Metadata = [:]
    var metadataProvider: Logger.MetadataProvider?

    init(level: Logger.Level) {
        logLevel = level
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let facts =
            metadata
            .merging(metadataProvider?.get() ?? [:]) { $1 }
            .merging(event.metadata ?? [:]) { $1 }
            .sorted { $0.key < $1.key }
            .map { " \($0.key)=\($0.value)" }
            .joined()
        let time = Date.now.formatted(.iso8601.time(includingFractionalSeconds: true))
        // A status line may stand where this one begins.
        let start = Terminal.isInteractive ? "\r\u{1B}[K" : ""
        Terminal.write("\(start)\(time) \(event.level) \(event.message)\(facts)\n")
    }
}
