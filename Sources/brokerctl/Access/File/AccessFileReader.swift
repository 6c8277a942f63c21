import Foundation
import StreamBrokerKit
import Yams

/// Takes the nodes of an access file apart, and says of each mistake where it is. Values are quoted only where no secret can stand.
struct AccessFileReader {
    /// A value and where it stands.
    struct Word {
        var text: String
        var node: Node
    }

    let path: String

    func compose(_ yaml: String) throws(AccessFileError) -> Node {
        do {
            if let node = try Yams.compose(yaml: yaml) { return node }
        } catch {
            throw notYAML(error)
        }
        throw mistake(.missingKey, nil, "it is empty")
    }

    func mistake(_ code: AccessFileError.Code, _ node: Node?, _ message: String) -> AccessFileError {
        let place = node?.mark.map { AccessFileError.Place(line: $0.line, column: $0.column) }
        return AccessFileError(code: code, path: path, place: place, message: message)
    }

    /// The values of a mapping by their keys, which must be known ones.
    func mapping(_ node: Node, what: String, keys: [String]) throws(AccessFileError) -> [String: Node] {
        guard case .mapping(let mapping) = node else {
            throw mistake(.wrongShape, node, "\(what) must be keys with values, as in key: value")
        }
        var values: [String: Node] = [:]
        for (key, value) in mapping {
            let name = try word(key, of: "a key of \(what)").text
            guard keys.contains(name) else {
                let guess = Spelling.nearest(to: name, among: keys).map { "did you mean \($0)? " } ?? ""
                // What stands here by mistake may be a token.
                let shown = name.count <= 20 ? name : "this"
                let all = keys.joined(separator: ", ")
                throw mistake(.unknownKey, key, "\(shown) is no key of \(what): \(guess)There are \(all)")
            }
            values[name] = value
        }
        return values
    }

    func list(_ node: Node, what: String) throws(AccessFileError) -> [Node] {
        guard case .sequence(let sequence) = node else {
            throw mistake(.wrongShape, node, "\(what) must be a list, each entry after a dash")
        }
        return Array(sequence)
    }

    func word(_ node: Node, of name: String) throws(AccessFileError) -> Word {
        guard case .scalar(let scalar) = node else {
            throw mistake(.wrongShape, node, "\(name) must be a single value")
        }
        return Word(text: scalar.string, node: node)
    }

    /// A list of words, or a single one.
    func words(_ node: Node, of name: String) throws(AccessFileError) -> [Word] {
        guard case .sequence(let sequence) = node else { return [try word(node, of: name)] }
        var words: [Word] = []
        for element in sequence { words.append(try word(element, of: name)) }
        return words
    }

    func required(_ values: [String: Node], _ key: String, of what: String, in node: Node) throws(AccessFileError)
        -> Node
    {
        guard let value = values[key] else { throw mistake(.missingKey, node, "\(what) has no \(key)") }
        return value
    }

    /// What an `AccessError` says, at its place.
    func placed<Value>(_ node: Node, _ make: () throws(AccessError) -> Value) throws(AccessFileError) -> Value {
        do { return try make() } catch { throw mistake(.invalidValue, node, error.message) }
    }

    /// The text of a file that is named relative to this one.
    func file(_ node: Node, of name: String) throws(AccessFileError) -> String {
        let folder = URL(fileURLWithPath: path).deletingLastPathComponent()
        let file = URL(fileURLWithPath: try word(node, of: name).text, relativeTo: folder).path
        guard let text = try? String(contentsOfFile: file, encoding: .utf8) else {
            throw mistake(.unreadable, node, "\(name): \(file) is not there, may not be read, or is no UTF-8 text")
        }
        return text.trimmingCharacters(in: .whitespacesAndNewlines)
    }

    /// YAML's own messages quote the line, in which a secret may stand; only the place and the problem are taken over.
    private func notYAML(_ error: any Error) -> AccessFileError {
        var place: AccessFileError.Place?
        let problem: String
        switch error as? YamlError {
        case .scanner(_, let text, let mark, _), .parser(_, let text, let mark, _), .composer(_, let text, let mark, _):
            (problem, place) = (text, .init(line: mark.line, column: mark.column))
        case .duplicatedKeysInMapping(_, let context):
            (problem, place) = ("a key is there twice", .init(line: context.mark.line, column: context.mark.column))
        case .reader(let text, _, _, _):
            problem = text
        default:
            problem = "it cannot be read"
        }
        return AccessFileError(code: .notYAML, path: path, place: place, message: "this is not YAML: \(problem)")
    }
}
