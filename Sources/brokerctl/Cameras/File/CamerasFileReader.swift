import StreamBrokerKit
import Yams

/// Takes the nodes of a cameras' file apart, and says of each mistake where it is.
///
/// YAML's own error messages quote the line, in which a password may stand; so only the place and the problem are taken over.
struct CamerasFileReader {
    struct Word {
        var text: String
        var line: Int
    }

    private static let onDemand = "on_demand"

    let path: String

    func compose(_ yaml: String) throws(CamerasFileError) -> Node {
        do {
            guard let node = try Yams.compose(yaml: yaml) else {
                throw CamerasFileError(code: .missingKey, path: path, line: nil, message: "it is empty")
            }
            return node
        } catch let error as CamerasFileError {
            throw error
        } catch {
            throw notYAML(error)
        }
    }

    /// The keys of a mapping in their order, with what they stand for.
    func mapping(_ node: Node, what: String) throws(CamerasFileError) -> [(key: Word, value: Node)] {
        guard case .mapping(let mapping) = node else {
            let wanted = "\(what) must be keys with values, each on a line of its own, as in key: value"
            throw CamerasFileError(code: .wrongShape, path: path, line: line(of: node), message: wanted)
        }
        var pairs: [(Word, Node)] = []
        for (key, value) in mapping { pairs.append((try scalar(key, of: "a key of \(what)"), value)) }
        return pairs
    }

    /// A single value.
    func scalar(_ node: Node, of name: String) throws(CamerasFileError) -> Word {
        guard case .scalar(let scalar) = node else {
            throw CamerasFileError(
                code: .wrongShape,
                path: path,
                line: line(of: node),
                message: "\(name) must be a single value, as in \(name): value"
            )
        }
        // A value goes to a camera's process as a line.
        guard scalar.string.unicodeScalars.allSatisfy({ $0.properties.generalCategory != .control }) else {
            throw CamerasFileError(
                code: .invalidValue,
                path: path,
                line: line(of: node),
                message: "\(name) has a line break or another control character in it"
            )
        }
        return Word(text: scalar.string, line: line(of: node) ?? 1)
    }

    func camera(
        _ key: Word,
        _ node: Node,
        defaults: [String: Settings.PlacedValue]
    ) throws(CamerasFileError) -> CamerasFile.Camera {
        let stream: StreamID
        do { stream = try StreamID(key.text) } catch {
            throw CamerasFileError(
                code: .invalidName,
                path: path,
                line: key.line,
                message: "the name of a camera is the name of its stream: \(error); \(error.hint)"
            )
        }
        let what = "camera \(stream)"
        var settings = defaults.merging(try cameraSettings(node, what: what)) { $1 }
        let isOnDemand = settings.removeValue(forKey: Self.onDemand).flatMap { try? Settings.flag($0) } ?? false
        guard settings[SettingKey.source.environmentName] != nil else {
            throw CamerasFileError(
                code: .missingKey,
                path: path,
                line: key.line,
                message: "\(what) has no source: say where it is, as in source: rtsp://10.0.0.7/stream"
            )
        }
        return CamerasFile.Camera(stream: stream, line: key.line, settings: settings, isOnDemand: isOnDemand)
    }

    func cameraSettings(_ node: Node, what: String) throws(CamerasFileError) -> [String: Settings.PlacedValue] {
        let keys = Dictionary(uniqueKeysWithValues: SettingKey.ofCameras.map { ($0.cameraKey, $0) })
        var settings: [String: Settings.PlacedValue] = [:]
        for (key, value) in try mapping(node, what: what) {
            guard let name = keys[key.text]?.environmentName ?? (key.text == Self.onDemand ? Self.onDemand : nil) else {
                throw unknown(key, in: what, among: [Self.onDemand] + keys.keys)
            }
            let word = try setting(value, of: key.text)
            if name == Self.onDemand { try checkFlag(word, of: key.text) }
            settings[name] = .init(word.text, place: "\(key.text) of \(what) in \(path), line \(word.line)")
        }
        return settings
    }

    func unknown(_ key: Word, in what: String, among known: [String]) -> CamerasFileError {
        // Whoever knows the names of the environment finds the ones of this place.
        let synonym = SettingKey.ofCameras.first { $0.fileKey == key.text.lowercased() }?.cameraKey
        let guess =
            synonym.flatMap { known.contains($0) ? $0 : nil } ?? Spelling.nearest(to: key.text, among: known.sorted())
        let hint = guess.map { "did you mean \($0)? " } ?? ""
        return CamerasFileError(
            code: .unknownKey,
            path: path,
            line: key.line,
            message: "\(key.text) is no key of \(what): \(hint)There are \(known.sorted().joined(separator: ", "))"
        )
    }

    /// A single value, or a list of them, which stands for itself with blanks, as in the environment.
    private func setting(_ node: Node, of name: String) throws(CamerasFileError) -> Word {
        guard case .sequence(let sequence) = node else { return try scalar(node, of: name) }
        var parts: [String] = []
        for element in sequence { parts.append(try scalar(element, of: name).text) }
        return Word(text: parts.joined(separator: " "), line: line(of: node) ?? 1)
    }

    private func checkFlag(_ word: Word, of name: String) throws(CamerasFileError) {
        do { _ = try Settings.flag(.init(word.text, place: name)) } catch {
            throw CamerasFileError(code: .invalidValue, path: path, line: word.line, message: error.description)
        }
    }

    private func line(of node: Node) -> Int? { node.mark?.line }

    private func notYAML(_ error: any Error) -> CamerasFileError {
        var place: Int?
        let problem: String
        switch error as? YamlError {
        case .scanner(_, let text, let mark, _), .parser(_, let text, let mark, _), .composer(_, let text, let mark, _):
            (problem, place) = (text, mark.line)
        case .duplicatedKeysInMapping(let keys, let context):
            (problem, place) = ("the key \(keys.sorted().joined(separator: ", ")) is there twice", context.mark.line)
        case .reader(let text, _, _, _):
            problem = text
        default:
            problem = "it cannot be read"
        }
        return CamerasFileError(code: .notYAML, path: path, line: place, message: "this is not YAML: \(problem)")
    }
}
