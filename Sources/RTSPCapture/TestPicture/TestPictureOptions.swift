import FrameCodec

/// What may follow `test:`, such as `size=1280x720,rate=30`.
struct TestPictureOptions: Hashable, Sendable {
    /// Default 1280x720.
    var size = PictureSize(width: 1280, height: 720)!
    /// Pictures a second. Default 30.
    var frameRate = 30

    init() {}

    init(_ options: Substring, of text: String) throws(CaptureError) {
        for option in options.split(separator: ",", omittingEmptySubsequences: true) {
            let parts = option.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            switch (parts[0], parts.count) {
            case ("size", 2): size = try TestPictureOptions.size(parts[1], of: text)
            case ("rate", 2):
                guard let rate = Int(parts[1]), (1...240).contains(rate) else {
                    throw .invalidURL(text, "the rate must be 1 to 240 pictures a second")
                }
                frameRate = rate
            default:
                throw .invalidURL(
                    text,
                    "a test picture has no option '\(option)', but size and rate, as in "
                        + "`test:size=1280x720,rate=30`"
                )
            }
        }
    }

    private static func size(_ value: Substring, of text: String) throws(CaptureError) -> PictureSize {
        let sides = value.split(separator: "x", omittingEmptySubsequences: false).map { Int($0) }
        guard sides.count == 2, let width = sides[0], let height = sides[1],
            (TestPicture.minimumSize.width...7680).contains(width),
            (TestPicture.minimumSize.height...4320).contains(height),
            let size = PictureSize(width: width, height: height)
        else {
            throw .invalidURL(text, "the size must be \(TestPicture.minimumSize) to 7680x4320")
        }
        return size
    }
}

extension TestPictureOptions: CustomStringConvertible {
    /// As they follow `test:`.
    var description: String { "size=\(size),rate=\(frameRate)" }
}
