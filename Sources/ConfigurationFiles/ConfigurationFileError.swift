/// What is wrong with a file of a configuration: where, what, and what would be right; without user names, passwords, tokens and keys.
package struct ConfigurationFileError: Error, CustomStringConvertible {
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
        /// A name that no stream can have.
        case invalidName
        /// A value that the setting cannot have.
        case invalidValue
    }

    package var code: Code
    /// The file.
    package var path: String
    /// `nil` when the mistake is in no particular place.
    package var place: FilePlace?
    /// A sentence.
    package var message: String

    package init(code: Code, path: String, place: FilePlace?, message: String) {
        self.code = code
        self.path = path
        self.place = place
        self.message = message
    }

    /// As in `cameras.yaml, line 7, column 11: …`.
    package var description: String {
        "\(path)\(place.map { ", line \($0.line), column \($0.column)" } ?? ""): \(message)"
    }
}

/// A place in a file: line and column, from 1.
package struct FilePlace: Sendable, Hashable {
    package var line: Int
    package var column: Int

    package init(line: Int, column: Int) {
        self.line = line
        self.column = column
    }
}
