import Foundation
package import Logging

/// A line of Caddy's log, as it is passed on.
///
/// Only the message, its part of Caddy and its error: a line about a request would bring the request's address along, and with it the
/// token in its query.
package struct CaddyLogLine: Sendable, Hashable {
    package var level: Logger.Level
    package var text: String

    /// Reads a line; what is no JSON was written by Caddy before it knew how to log, and is an error most of the time.
    package init(_ line: String) {
        guard let entry = try? JSONDecoder().decode(Entry.self, from: Data(line.utf8)) else {
            level = .warning
            text = Self.printable(line)
            return
        }
        // What Caddy warns of when all is well (no redirects, no OCSP for its own certificates) is of no use to anybody.
        level = ["error", "panic", "fatal"].contains(entry.level) ? .warning : .debug
        text = Self.printable(
            [entry.logger, entry.msg, entry.error].compactMap { $0 }.filter { !$0.isEmpty }.joined(separator: ": ")
        )
    }

    private struct Entry: Decodable {
        var level: String
        var logger: String?
        var msg: String
        var error: String?
    }

    private static func printable(_ text: String) -> String {
        let scalars = text.unicodeScalars.filter { $0.properties.generalCategory != .control }
        return String(String.UnicodeScalarView(scalars.prefix(1000)))
    }
}
