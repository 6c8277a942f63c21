import Foundation
import Logging

/// Writes log messages to standard error, one JSON object a line: `time`, `level`, `message`, and the facts under their own names.
struct JSONLogHandler: LogHandler {
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
        let facts = metadata.merging(metadataProvider?.get() ?? [:]) { $1 }.merging(event.metadata ?? [:]) { $1 }
        let line = JSONLogLine(time: .now, level: event.level, message: "\(event.message)", facts: facts)
        Terminal.write(line.text + "\n")
    }
}
