import Foundation
import StreamBrokerKit

/// A folder that frames are saved in, each in a file named by stream and sequence.
struct FrameFolder: Sendable {
    private let folder: URL
    private let stream: StreamID

    /// Makes the folder when it is missing.
    init(path: String, stream: StreamID) throws {
        folder = URL(fileURLWithPath: path, isDirectory: true)
        self.stream = stream
        do {
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        } catch {
            throw SettingError("--save: the folder \(path) cannot be made: \(error.localizedDescription)")
        }
    }

    func save(_ frame: ReceivedFrame) throws {
        let name = "\(stream)-\(frame.sequence).\(frame.format?.fileExtension ?? "bin")"
        do {
            try Data(frame.bytes).write(to: folder.appendingPathComponent(name), options: .atomic)
        } catch {
            throw SettingError("--save: \(name) cannot be written: \(error.localizedDescription)")
        }
    }
}
