import Foundation

/// A new file that only this user may read.
enum PrivateFile {
    /// - Throws: ``SettingError`` when there is such a file already, or none can be made.
    static func write(_ text: String, to path: String) throws(SettingError) {
        let handle = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard handle >= 0 else {
            let reason =
                errno == EEXIST
                ? "it is there already; move it away, or name another file" : String(cString: strerror(errno))
            throw SettingError("\(path) cannot be made: \(reason)")
        }
        let file = FileHandle(fileDescriptor: handle, closeOnDealloc: true)
        do { try file.write(contentsOf: Data(text.utf8)) } catch {
            throw SettingError("\(path) cannot be written: \(error.localizedDescription)")
        }
    }
}
