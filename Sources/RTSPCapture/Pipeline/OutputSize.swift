public import FrameCodec

/// The largest width and height that pictures may have; bigger ones are scaled down to fit.
///
/// The shape is always kept, and nothing is ever enlarged: a viewer's browser does that without a byte more on the
/// line. So a width of 640 makes 640x360 of 1280x720, as do 640 and 480 together, and 1920 leaves it as it is.
public struct OutputSize: Hashable, Sendable {
    /// The largest width in pixels; nil is no limit.
    public var width: Int?
    /// The largest height in pixels; nil is no limit.
    public var height: Int?

    /// A limit, or none.
    public init(width: Int? = nil, height: Int? = nil) {
        self.width = width
        self.height = height
    }

    /// The size for a picture of size `source`. Sides that were scaled are even, since colour has half the resolution.
    public func fitting(_ source: PictureSize) -> PictureSize {
        let scale = min(
            1,
            width.map { Double($0) / Double(source.width) } ?? 1,
            height.map { Double($0) / Double(source.height) } ?? 1
        )
        guard scale < 1 else { return source }
        func scaled(_ side: Int, _ limit: Int?) -> Int {
            let even = max(2, Int((Double(side) * scale / 2).rounded()) * 2)
            return min(even, limit.map { max(1, $0 & ~1) } ?? even)
        }
        return PictureSize(width: scaled(source.width, width), height: scaled(source.height, height)) ?? source
    }

    /// These limits made smaller, for pictures of size `source`.
    func scaled(_ scale: Double, of source: PictureSize) -> OutputSize {
        guard scale < 1 else { return self }
        let fitting = fitting(source)
        return OutputSize(
            width: max(2, Int(Double(fitting.width) * scale)),
            height: max(2, Int(Double(fitting.height) * scale))
        )
    }

    /// - Throws: ``CaptureError`` with code `invalidConfiguration` for a limit below 2.
    func validate() throws(CaptureError) {
        for (name, limit) in [("width", width), ("height", height)] {
            guard let limit, limit < 2 else { continue }
            throw CaptureError(code: .invalidConfiguration, message: "The \(name) must be 2 or more, not \(limit).")
        }
    }
}
