/// What images may cost. What is not limited is at the wanted quality.
public struct EncodingBudget: Hashable, Sendable {
    /// Bits a second of all images together; nil is no limit.
    public var bitsPerSecond: Double?
    /// How long a picture may take from the encoder's taking it to the image, 19 of 20 times. Never above the time from
    /// picture to picture, since more are then dropped. Nil is that time.
    public var encodeTime: Duration?

    /// A budget.
    public init(bitsPerSecond: Double? = nil, encodeTime: Duration? = nil) {
        self.bitsPerSecond = bitsPerSecond
        self.encodeTime = encodeTime
    }

    /// - Throws: ``CaptureError`` with code `invalidConfiguration` for an impossible value.
    func validate() throws(CaptureError) {
        if let bitsPerSecond, !(bitsPerSecond >= 10_000 && bitsPerSecond.isFinite) {
            throw CaptureError(
                code: .invalidConfiguration,
                message: "The bit rate must be at least 10000 bits a second, not \(bitsPerSecond)."
            )
        }
        if let encodeTime, encodeTime < .milliseconds(1) {
            throw CaptureError(
                code: .invalidConfiguration,
                message: "The latency budget must be at least 1 ms, not \(encodeTime.inSeconds)."
            )
        }
    }
}
