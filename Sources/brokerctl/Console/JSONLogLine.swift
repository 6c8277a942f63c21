package import Foundation
package import Logging

/// A log message as one line of JSON.
package struct JSONLogLine {
    var time: Date
    var level: Logger.Level
    var message: String
    var facts: Logger.Metadata

    package init(time: Date, level: Logger.Level, message: String, facts: Logger.Metadata) {
        self.time = time
        self.level = level
        self.message = message
        self.facts = facts
    }

    /// `time` (ISO 8601 in UTC), `level` and `message` come first, then the facts by name.
    package var text: String {
        let time = time.formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
        let own = ["time": time, "level": "\(level)", "message": message]
        let first = ["time", "level", "message"].map { "\(Self.quoted($0)):\(Self.quoted(own[$0] ?? ""))" }
        let rest = facts.sorted { $0.key < $1.key }.map { key, value in
            // A fact does not take the place of the message.
            "\(Self.quoted(own[key] == nil ? key : "\(key)_")):\(Self.json(value))"
        }
        return "{\((first + rest).joined(separator: ","))}"
    }

    private static func json(_ value: Logger.MetadataValue) -> String {
        switch value {
        case .string(let text): quoted(text)
        case .stringConvertible(let value): quoted("\(value)")
        case .array(let values): "[\(values.map(json).joined(separator: ","))]"
        case .dictionary(let values):
            "{\(values.sorted { $0.key < $1.key }.map { "\(quoted($0)):\(json($1))" }.joined(separator: ","))}"
        }
    }

    private static func quoted(_ text: String) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .withoutEscapingSlashes
        // A string is always valid JSON.
        return (try? encoder.encode(text)).map { String(decoding: $0, as: UTF8.self) } ?? "\"\""
    }
}
