import ConfigurationFiles
import Foundation
import StreamBrokerKit
import Yams

extension YAMLReader {
    /// What an `AccessError` says, at its place.
    func placed<Value>(_ node: Node, _ make: () throws(AccessError) -> Value) throws(ConfigurationFileError) -> Value {
        do { return try make() } catch { throw mistake(.invalidValue, node, error.message) }
    }

    /// The text of a file that is named relative to this one.
    func file(_ node: Node, of name: String) throws(ConfigurationFileError) -> String {
        let folder = URL(fileURLWithPath: path).deletingLastPathComponent()
        let file = URL(fileURLWithPath: try word(node, of: name).text, relativeTo: folder).path
        guard let text = try? String(contentsOfFile: file, encoding: .utf8) else {
            throw mistake(.unreadable, node, "\(name): \(file) is not there, may not be read, or is no UTF-8 text")
        }
        return text.trimmingCharacters(in: .whitespacesAndNewlines)
    }
}
