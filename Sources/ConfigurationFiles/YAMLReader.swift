package import Yams

/// Takes the nodes of a configuration's file apart, and says of each mistake where it is.
///
/// Values are quoted only where no secret can stand, and YAML's own error messages, which quote the line, never.
package struct YAMLReader {
    /// A value and where it stands.
    package struct Word {
        package var text: String
        package var node: Node

        package var place: FilePlace? { node.mark.map { FilePlace(line: $0.line, column: $0.column) } }
    }

    package let path: String

    package init(path: String) {
        self.path = path
    }

    package func compose(_ yaml: String) throws(ConfigurationFileError) -> Node {
        do {
            if let node = try Yams.compose(yaml: yaml) { return node }
        } catch {
            throw notYAML(error)
        }
        throw mistake(.missingKey, nil, "it is empty")
    }

    package func mistake(_ code: ConfigurationFileError.Code, _ node: Node?, _ message: String)
        -> ConfigurationFileError
    {
        let place = node?.mark.map { FilePlace(line: $0.line, column: $0.column) }
        return ConfigurationFileError(code: code, path: path, place: place, message: message)
    }

    /// The keys of a mapping in their order, with what they stand for.
    package func mapping(_ node: Node, what: String) throws(ConfigurationFileError) -> [(key: Word, value: Node)] {
        guard case .mapping(let mapping) = node else {
            let wanted = "\(what) must be keys with values, each on a line of its own, as in key: value"
            throw mistake(.wrongShape, node, wanted)
        }
        var pairs: [(Word, Node)] = []
        for (key, value) in mapping { pairs.append((try word(key, of: "a key of \(what)"), value)) }
        return pairs
    }

    /// The values of a mapping by their keys, which must be known ones.
    package func mapping(
        _ node: Node,
        what: String,
        keys: [String]
    ) throws(ConfigurationFileError) -> [String: Node] {
        var values: [String: Node] = [:]
        for (key, value) in try mapping(node, what: what) {
            guard keys.contains(key.text) else { throw unknown(key, in: what, among: keys) }
            values[key.text] = value
        }
        return values
    }

    /// - Parameter guess: What was meant, if that is known better than by its spelling.
    package func unknown(
        _ key: Word,
        in what: String,
        among known: [String],
        guess: String? = nil
    ) -> ConfigurationFileError {
        let guess = guess ?? Spelling.nearest(to: key.text, among: known.sorted())
        let hint = guess.map { "did you mean \($0)? " } ?? ""
        // What stands here by mistake may be a token.
        let shown = key.text.count <= 20 ? key.text : "this"
        let all = known.sorted().joined(separator: ", ")
        return mistake(.unknownKey, key.node, "\(shown) is no key of \(what): \(hint)There are \(all)")
    }

    package func list(_ node: Node, what: String) throws(ConfigurationFileError) -> [Node] {
        guard case .sequence(let sequence) = node else {
            throw mistake(.wrongShape, node, "\(what) must be a list, each entry after a dash")
        }
        return Array(sequence)
    }

    /// A single value.
    package func word(_ node: Node, of name: String) throws(ConfigurationFileError) -> Word {
        guard case .scalar(let scalar) = node else {
            throw mistake(.wrongShape, node, "\(name) must be a single value, as in \(name): value")
        }
        return Word(text: scalar.string, node: node)
    }

    /// A list of words, or a single one.
    package func words(_ node: Node, of name: String) throws(ConfigurationFileError) -> [Word] {
        guard case .sequence(let sequence) = node else { return [try word(node, of: name)] }
        var words: [Word] = []
        for element in sequence { words.append(try word(element, of: name)) }
        return words
    }

    package func required(
        _ values: [String: Node],
        _ key: String,
        of what: String,
        in node: Node
    ) throws(ConfigurationFileError) -> Node {
        guard let value = values[key] else { throw mistake(.missingKey, node, "\(what) has no \(key)") }
        return value
    }

    private func notYAML(_ error: any Error) -> ConfigurationFileError {
        var place: FilePlace?
        let problem: String
        switch error as? YamlError {
        case .scanner(_, let text, let mark, _), .parser(_, let text, let mark, _), .composer(_, let text, let mark, _):
            (problem, place) = (text, FilePlace(line: mark.line, column: mark.column))
        case .duplicatedKeysInMapping(_, let context):
            (problem, place) = ("a key is there twice", FilePlace(line: context.mark.line, column: context.mark.column))
        case .reader(let text, _, _, _):
            problem = text
        default:
            problem = "it cannot be read"
        }
        return ConfigurationFileError(
            code: .notYAML,
            path: path,
            place: place,
            message: "this is not YAML: \(problem)"
        )
    }
}
