/// How log messages are written.
enum LogFormat: String {
    /// For people: time, level, message, facts.
    case text
    /// For programs that collect logs: a JSON object, ``JSONLogLine``.
    case json
}
