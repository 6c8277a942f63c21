import ConfigurationFiles
import StreamBrokerCore

private let vocabulary = CamerasVocabulary(
    cameraKeys: ["source": "RTSP_URL", "fps": "TARGET_FPS", "width": "WIDTH", "rendition": "RENDITIONS"],
    serverKeys: ["port": "PORT", "bind_address": "BIND_ADDRESS"],
    sourceSetting: "RTSP_URL",
    cameraKeySynonyms: ["rtsp_url": "source", "target_fps": "fps"]
)

/// libFuzzer's entry: a file of cameras.
///
/// It is read alike each time; what is taken can be handed to a camera's process as lines; a mistake has its place in the file.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzConfiguration(_ start: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
    let text = String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self)
    let lineCount = text.unicodeScalars.count { ["\n", "\r", "\u{85}", "\u{2028}", "\u{2029}"].contains($0) } + 2
    do {
        let file = try read(text)
        precondition(try! read(text) == file, "one file, two readings")
        for camera in file.cameras {
            precondition(camera.settings["RTSP_URL"] != nil, "a camera without a source")
            precondition((try? StreamID(camera.stream.name)) == camera.stream)
            for (name, value) in camera.settings {
                precondition(name == name.uppercased() && !value.text.unicodeScalars.contains("\n"))
            }
        }
    } catch {
        precondition((1...lineCount).contains(error.place?.line ?? 1), "\(error)")
        precondition((error.place?.column ?? 1) > 0 && !error.message.isEmpty)
    }
    return 0
}

private func read(_ text: String) throws(ConfigurationFileError) -> CamerasFile {
    try CamerasFile(yaml: text, path: "cameras.yaml", vocabulary: vocabulary)
}
