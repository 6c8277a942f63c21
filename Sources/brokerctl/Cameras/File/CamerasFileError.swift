/// What is wrong with a cameras' file: where, what, and what would be right.
package struct CamerasFileError: Error, CustomStringConvertible {
    /// What kind of mistake it is.
    package enum Code: Sendable, Hashable {
        /// The file is not there or may not be read.
        case unreadable
        /// It is not YAML.
        case notYAML
        /// A key that has no meaning here.
        case unknownKey
        /// A list where a single value is wanted, or the like.
        case wrongShape
        /// A key without which there is nothing to do.
        case missingKey
        /// A name that no stream can have.
        case invalidName
        /// A value that the setting cannot have.
        case invalidValue
    }

    package var code: Code
    /// The file.
    package var path: String
    /// The line, from 1; `nil` when the mistake is in no particular one.
    package var line: Int?
    /// A sentence, without user names and passwords.
    package var message: String

    /// As in `cameras.yaml, line 7: …`.
    package var description: String { "\(path)\(line.map { ", line \($0)" } ?? ""): \(message)" }
}
