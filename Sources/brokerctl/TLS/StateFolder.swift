import Foundation

/// Where the program keeps what it must find again at its next start.
package enum StateFolder {
    /// The folder that systemd has made for the program, else this user's own (XDG Base Directory Specification).
    ///
    /// - Throws: ``SettingError`` when nothing tells where that is.
    package static func path(
        environment: [String: String] = ProcessInfo.processInfo.environment
    ) throws(SettingError) -> String {
        // systemd may name several folders, of which the first is the program's.
        if let first = environment["STATE_DIRECTORY"]?.split(separator: ":").first { return String(first) }
        // A relative path is to be ignored.
        if let base = environment["XDG_STATE_HOME"], base.hasPrefix("/") { return "\(base)/stream-broker" }
        if let home = environment["HOME"], home.hasPrefix("/") { return "\(home)/.local/state/stream-broker" }
        throw SettingError(
            "neither HOME nor XDG_STATE_HOME is set: say with --tls-folder where the certificate is to be kept"
        )
    }
}
