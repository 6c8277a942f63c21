/// A setting that cannot be used: which, where it stands, and what to do.
package struct SettingError: Error, CustomStringConvertible {
    package var description: String

    init(_ description: String) {
        self.description = description
    }
}
