package import StreamBrokerKit
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
        /// The line of its name.
        package var line: Int
        /// What is said of it, by the environment's names.
        package var settings: [String: Settings.PlacedValue]
        /// Whether it is captured while somebody watches only.
        package var isOnDemand: Bool
    }

    /// What is said of the server, by the environment's names.
    package var server: [String: Settings.PlacedValue] = [:]
    /// The cameras, in the order of the file.
    package var cameras: [Camera] = []

    /// Reads a file's text.
    ///
    /// - Parameter path: How to name the file in errors.
    /// - Throws: ``CamerasFileError``.
    package init(yaml: String, path: String) throws(CamerasFileError) {
        let reader = CamerasFileReader(path: path)
        let root = try reader.compose(yaml)
        var camerasNode: Node?
        var defaults: [String: Settings.PlacedValue] = [:]
        let serverKeys = Dictionary(uniqueKeysWithValues: SettingKey.ofServers.map { ($0.fileKey, $0) })
        for (key, node) in try reader.mapping(root, what: "the file") {
            switch key.text {
            case "cameras": camerasNode = node
            case "defaults": defaults = try reader.cameraSettings(node, what: "defaults")
            default:
                guard let setting = serverKeys[key.text] else {
                    throw reader.unknown(key, in: "a cameras' file", among: ["cameras", "defaults"] + serverKeys.keys)
                }
                let value = try reader.scalar(node, of: key.text)
                server[setting.environmentName] = .init(
                    value.text,
                    place: "\(key.text) in \(path), line \(value.line)"
                )
            }
        }
        guard let camerasNode else {
            throw CamerasFileError(
                code: .missingKey,
                path: path,
                line: nil,
                message: "it has no cameras: under the key cameras, give each a name, and below it source: rtsp://…"
            )
        }
        for (key, node) in try reader.mapping(camerasNode, what: "cameras") {
            cameras.append(try reader.camera(key, node, defaults: defaults))
        }
    }
}
