extension VP8KeyframeEncoder {
    /// What to trade for what.
    public struct Configuration: Hashable, Sendable {
        /// 0 (smallest) to 100 (best). Default 80. Means about the SSIM that libwebp gives at the same number.
        public var quality: Float = 80
        /// Bytes for each image, which then replace ``quality``: met within 5 % from the second picture on, if the format can. A
        /// picture that is unlike the one before is coded again for that. Default: none.
        public var byteBudget: Int?
        /// No image may be larger; one that would be is made coarser, and coded again. Default: none.
        public var byteLimit: Int?
        /// Threads that share a picture, 1 or 2: two halve its delay, not its cost. Default 1.
        public var threads: Int = 1
        /// The instructions to use. Default: the processor's best.
        public var kernels: VP8Kernels?

        /// A configuration.
        public init(
            quality: Float = 80,
            byteBudget: Int? = nil,
            byteLimit: Int? = nil,
            threads: Int = 1,
            kernels: VP8Kernels? = nil
        ) {
            self.quality = quality
            self.byteBudget = byteBudget
            self.byteLimit = byteLimit
            self.threads = threads
            self.kernels = kernels
        }
    }

    /// Whether this processor has the instructions that make this encoder the faster one.
    public static var isFast: Bool { VP8Kernels.avx2.isAvailable }
}

extension VP8KeyframeEncoder.Configuration {
    func validate() throws(FrameCodecError) {
        guard (0...100).contains(quality) else { throw .invalid("WebP quality must be 0 to 100, not \(quality).") }
        if let byteBudget, byteBudget < 1 { throw .invalid("A budget must be at least 1 byte, not \(byteBudget).") }
        if let byteLimit, byteLimit < 1 { throw .invalid("A limit must be at least 1 byte, not \(byteLimit).") }
        guard (1...2).contains(threads) else { throw .invalid("The encoder's threads must be 1 or 2, not \(threads).") }
        if let kernels, !kernels.isAvailable { throw .invalid("This processor does not have \(kernels).") }
    }
}

extension FrameCodecError {
    fileprivate static func invalid(_ message: String) -> FrameCodecError {
        FrameCodecError(code: .invalidConfiguration, message: message)
    }
}
