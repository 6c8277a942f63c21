/// The file `.env`: `NAME=value` lines, comments and empty lines.
///
/// The library that reads it passes over lines it does not understand; a setting that is silently ignored helps nobody, so the lines
/// are checked first.
package enum EnvironmentFile {
    /// The first line that is no setting, if there is one: its number and what is wrong with it.
    ///
    /// The line's text is not told: it may be a password.
    package static func firstProblem(in text: String) -> (line: Int, problem: String)? {
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            let content = line.drop(while: \.isWhitespace)
            guard !content.isEmpty, content.first != "#" else { continue }
            guard let equals = content.firstIndex(of: "=") else { return (index + 1, "it has no =") }
            var name = content[..<equals]
            while name.last?.isWhitespace == true { name.removeLast() }
            guard let first = name.first, !first.isNumber, name.allSatisfy(isNameCharacter) else {
                return (index + 1, "what stands before = is no name of a setting")
            }
        }
        return nil
    }

    private static func isNameCharacter(_ character: Character) -> Bool {
        character.isASCII && (character.isLetter || character.isNumber || character == "_")
    }
}
