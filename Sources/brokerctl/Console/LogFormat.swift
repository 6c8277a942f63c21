import Logging

/// How log messages are written to standard error.
enum LogFormat: String {
    /// A readable line each.
    case text
    /// A JSON object each, for programs that collect logs.
    case json

    func makeHandler(level: Logger.Level) -> any LogHandler {
        switch self {
        case .text: ConsoleLogHandler(level: level)
        case .json: JSONLogHandler(level: level)
        }
    }
}
