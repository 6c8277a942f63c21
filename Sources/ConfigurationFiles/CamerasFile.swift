package import StreamBrokerCore
import Yams

/// A file that says which cameras there are, and how to serve them.
///
///     port: 3090
///     defaults:
///       fps: 15
///     cameras:
///       front-door:
///         source: rtsp://user:password@10.0.0.7/stream
///       yard:
///         source: rtsp://10.0.0.8/stream
///         on_demand: true
///
/// At the top stand the settings of `serve` by the environment's names in lower case, under each camera those of `publish` by their
/// flags' names; `defaults` are for all cameras that do not say otherwise. A key that has no meaning is a mistake, not a comment.
package struct CamerasFile: Sendable, Hashable {
    /// One camera.
    package struct Camera: Sendable, Hashable {
        /// The stream that its frames are published on.
        package var stream: StreamID
        /// Where its name stands.
        package var place: FilePlace?
        /// What is said of it, by the environment's names.
        package var settings: [String: PlacedValue]
        /// Whether it is captured while somebody watches only.
        package var isOnDemand: Bool
    }

    /// What is said of the server, by the environment's names.
    package var server: [String: PlacedValue] = [:]
    /// The cameras, in the order of the file.
    package var cameras: [Camera] = []

    /// Reads a file's text.
    ///
    /// - Parameters:
    ///   - path: How to name the file in errors.
    ///   - vocabulary: The keys that it may have.
    /// - Throws: ``ConfigurationFileError``.
    package init(yaml: String, path: String, vocabulary: CamerasVocabulary) throws(ConfigurationFileError) {
        let reader = YAMLReader(path: path)
        let cameras = CamerasFileReader(reader: reader, vocabulary: vocabulary)
        let root = try reader.compose(yaml)
        var camerasNode: Node?
        var defaults: [String: PlacedValue] = [:]
        for (key, node) in try reader.mapping(root, what: "the file") {
            switch key.text {
            case "cameras": camerasNode = node
            case "defaults": defaults = try cameras.cameraSettings(node, what: "defaults")
            default:
                guard let setting = vocabulary.serverKeys[key.text] else {
                    let keys = ["cameras", "defaults"] + vocabulary.serverKeys.keys
                    throw cameras.unknown(key, in: "a cameras' file", among: keys)
                }
                let value = try cameras.value(node, of: key.text)
                let line = value.place?.line ?? 1
                server[setting] = PlacedValue(value.text, place: "\(key.text) in \(path), line \(line)")
            }
        }
        guard let camerasNode else {
            throw ConfigurationFileError(
                code: .missingKey,
                path: path,
                place: nil,
                message: "it has no cameras: under the key cameras, give each a name, and below it source: rtsp://…"
            )
        }
        for (key, node) in try reader.mapping(camerasNode, what: "cameras") {
            self.cameras.append(try cameras.camera(key, node, defaults: defaults))
        }
    }
}
