/// The clips beside the tests.
enum Media {
    /// Eight flat bars in one colour description each.
    static let bars = [
        "bars-720p.bt709-tv.h264.mp4", "bars-720p.bt709-pc.h264.mp4", "bars-720p.bt601-tv.h264.mp4",
        "bars-720p.bt601-pc.h264.mp4",
    ]

    /// The path of a clip.
    static func path(_ name: String) -> String {
        let here = #filePath.split(separator: "/", omittingEmptySubsequences: false)
        return here.dropLast(3).joined(separator: "/") + "/Media/" + name
    }
}
