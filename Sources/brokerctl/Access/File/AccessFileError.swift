/// What is wrong with an access file: where, what, and what would be right; without tokens and keys.
package struct AccessFileError: Error, CustomStringConvertible {
    /// What kind of mistake it is.
    package enum Code: Sendable, Hashable {
        /// The file, or one that it names, is not there or may not be read.
        case unreadable
        /// It is not YAML.
        case notYAML
        /// A key that has no meaning here.
        case unknownKey
        /// A list where a single value is wanted, or the like.
        case wrongShape
        /// Something without which the rest means nothing.
        case missingKey
        /// A value that cannot be used.
        case invalidValue
    }

    package var code: Code
    /// The file.
    package var path: String
    /// Line and column, from 1; `nil` when the mistake is in no particular place.
    package var place: Place?
    /// A sentence.
    package var message: String

    /// A place in a file.
    package struct Place: Sendable, Hashable {
        package var line: Int
        package var column: Int
    }

    /// As in `access.yaml, line 7, column 11: …`.
    package var description: String {
        "\(path)\(place.map { ", line \($0.line), column \($0.column)" } ?? ""): \(message)"
    }
}
