import Foundation

/// A folder under the system's temporary one that only this user can look into.
struct PrivateFolder: Sendable {
    let path: String

    /// Makes a folder with a name that nobody can guess.
    ///
    /// - Throws: ``SettingError`` when the system does not let it.
    static func make() throws -> PrivateFolder {
        let base = ProcessInfo.processInfo.environment["TMPDIR"] ?? NSTemporaryDirectory()
        var template = Array("\(base.hasSuffix("/") ? base : base + "/")stream-broker.XXXXXX".utf8CString)
        guard let name = mkdtemp(&template) else {
            let reason = String(cString: strerror(errno))
            throw SettingError(
                "no folder can be made in \(base): \(reason); set TMPDIR to a folder that can be written to"
            )
        }
        return PrivateFolder(path: String(cString: name))
    }

    /// Removes the folder and what is in it.
    func remove() {
        try? FileManager.default.removeItem(atPath: path)
    }
}
