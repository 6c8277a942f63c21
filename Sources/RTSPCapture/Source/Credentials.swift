/// A user name and a password, decoded. Whatever prints it prints `***`.
package struct Credentials: Hashable, Sendable {
    let user: String
    let password: String

    init(user: String, password: String) {
        self.user = user
        self.password = password
    }
}

extension Credentials: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// `***`.
    package var description: String { "***" }
    /// `***`.
    package var debugDescription: String { "***" }
    /// Nothing: `dump` and `String(reflecting:)` look into a mirror.
    package var customMirror: Mirror { Mirror(self, children: []) }
}
