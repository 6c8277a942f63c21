/// Whether pictures that show nothing new are encoded.
public struct UnchangedPolicy: Hashable, Sendable {
    /// Steps of 255 by which the mean of a block of 16 by 16 samples must differ from the picture that viewers have, for
    /// the picture to count as changed. Default 3: above the noise that a camera's codec leaves over, and below what a
    /// walking person makes in the distance.
    public var threshold: Int
    /// How often viewers get a frame while nothing changes, so that they know that the stream lives. Default 1 s, which
    /// is well within the three seconds after which a broker calls a stream stale.
    public var repeatInterval: Duration

    /// A policy.
    public init(threshold: Int = 3, repeatInterval: Duration = .seconds(1)) {
        self.threshold = threshold
        self.repeatInterval = repeatInterval
    }

    /// - Throws: ``CaptureError`` with code `invalidConfiguration` for an impossible value.
    func validate() throws(CaptureError) {
        guard (0...255).contains(threshold) else {
            throw CaptureError(
                code: .invalidConfiguration,
                message: "The threshold of unchanged pictures must be 0 to 255, not \(threshold)."
            )
        }
        guard repeatInterval > .zero else {
            throw CaptureError(
                code: .invalidConfiguration,
                message: "The interval at which unchanged pictures are repeated must be above 0, not \(repeatInterval)."
            )
        }
    }
}
