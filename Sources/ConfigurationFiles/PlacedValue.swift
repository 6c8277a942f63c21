/// A value of a file that was read by somebody who knows it better than a list of keys.
package struct PlacedValue: Sendable, Hashable {
    /// The value.
    package var text: String
    /// Where it stands, as a person would name it.
    package var place: String

    package init(_ text: String, place: String) {
        self.text = text
        self.place = place
    }

    /// The value as a yes or no; `nil` when it is neither.
    package var flag: Bool? {
        switch text.lowercased() {
        case "true", "yes", "on", "1": true
        case "false", "no", "off", "0": false
        default: nil
        }
    }

    /// What to say when ``flag`` is `nil`.
    package var noFlagMessage: String { "\(place): \"\(text)\" is neither true nor false" }
}
