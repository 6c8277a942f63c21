import StreamBrokerCore
import Yams

/// Takes what a cameras' file says of cameras.
struct CamerasFileReader {
    private static let onDemand = "on_demand"

    let reader: YAMLReader
    let vocabulary: CamerasVocabulary

    func camera(
        _ key: YAMLReader.Word,
        _ node: Node,
        defaults: [String: PlacedValue]
    ) throws(ConfigurationFileError) -> CamerasFile.Camera {
        let stream: StreamID
        do { stream = try StreamID(key.text) } catch {
            throw reader.mistake(
                .invalidName,
                key.node,
                "the name of a camera is the name of its stream: \(error); \(error.hint)"
            )
        }
        let what = "camera \(stream)"
        var settings = defaults.merging(try cameraSettings(node, what: what)) { $1 }
        let isOnDemand = settings.removeValue(forKey: Self.onDemand)?.flag ?? false
        guard settings[vocabulary.sourceSetting] != nil else {
            throw reader.mistake(
                .missingKey,
                key.node,
                "\(what) has no source: say where it is, as in source: rtsp://10.0.0.7/stream"
            )
        }
        return CamerasFile.Camera(stream: stream, place: key.place, settings: settings, isOnDemand: isOnDemand)
    }

    func cameraSettings(_ node: Node, what: String) throws(ConfigurationFileError) -> [String: PlacedValue] {
        var settings: [String: PlacedValue] = [:]
        for (key, value) in try reader.mapping(node, what: what) {
            guard let name = vocabulary.cameraKeys[key.text] ?? (key.text == Self.onDemand ? Self.onDemand : nil) else {
                throw unknown(key, in: what, among: [Self.onDemand] + vocabulary.cameraKeys.keys)
            }
            let word = try setting(value, of: key.text)
            let line = word.place?.line ?? 1
            let placed = PlacedValue(word.text, place: "\(key.text) of \(what) in \(reader.path), line \(line)")
            if name == Self.onDemand, placed.flag == nil {
                throw reader.mistake(
                    .invalidValue,
                    word.node,
                    PlacedValue(word.text, place: key.text).noFlagMessage
                )
            }
            settings[name] = placed
        }
        return settings
    }

    /// Whoever knows the names of the environment finds the ones of this place.
    func unknown(_ key: YAMLReader.Word, in what: String, among known: [String]) -> ConfigurationFileError {
        let synonym = vocabulary.cameraKeySynonyms[key.text.lowercased()].flatMap { known.contains($0) ? $0 : nil }
        return reader.unknown(key, in: what, among: known, guess: synonym)
    }

    /// A single value without control characters: it goes to a camera's process as a line.
    func value(_ node: Node, of name: String) throws(ConfigurationFileError) -> YAMLReader.Word {
        let word = try reader.word(node, of: name)
        guard word.text.unicodeScalars.allSatisfy({ $0.properties.generalCategory != .control }) else {
            throw reader.mistake(.invalidValue, node, "\(name) has a line break or another control character in it")
        }
        return word
    }

    /// A single value, or a list of them, which stands for itself with blanks, as in the environment.
    private func setting(_ node: Node, of name: String) throws(ConfigurationFileError) -> YAMLReader.Word {
        guard case .sequence(let sequence) = node else { return try value(node, of: name) }
        var parts: [String] = []
        for element in sequence { parts.append(try value(element, of: name).text) }
        return YAMLReader.Word(text: parts.joined(separator: " "), node: node)
    }
}
