/// A setting that cannot be used: which, where it stands, and what to do.
struct SettingError: Error, CustomStringConvertible {
    var description: String

    init(_ description: String) {
        self.description = description
    }
}
