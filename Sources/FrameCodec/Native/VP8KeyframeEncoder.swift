/// An encoder of lossy WebP made for live video: each image is one VP8 keyframe (RFC 6386) in a RIFF file (RFC 9649).
///
///     var encoder = try VP8KeyframeEncoder(configuration: .init(quality: 80))
///     let image = try encoder.encode(picture)
///
/// It knows that pictures come in a row. The probabilities of a picture's tokens are those of the picture before, so that one
/// pass over the picture is enough; only the first one, and one that has little in common with the one before, is coded twice.
/// Inner loops use the widest instructions of the processor; whichever they are, and however many threads, the bytes are the
/// same.
///
/// Use it from one thread at a time; it may move between threads.
public struct VP8KeyframeEncoder: PictureEncoder, ~Copyable {
    private let configuration: Configuration
    private let kernels: VP8Kernels
    private let helper: VP8HelperOwner?
    private var coder: VP8CoderOwner?
    private var size: PictureSize?
    private var header = BooleanEncoderOwner()
    /// Of the picture before; nil before the first.
    private var learned: VP8Experience?
    private var control: VP8SizeControl

    /// Makes an encoder.
    ///
    /// - Throws: ``FrameCodecError`` with code `invalidConfiguration`, or `outOfMemory`.
    public init(configuration: Configuration = Configuration()) throws(FrameCodecError) {
        try configuration.validate()
        let helper = configuration.threads > 1 ? try VP8HelperOwner() : nil
        self.configuration = configuration
        self.helper = helper
        kernels = configuration.kernels ?? .best
        control = VP8SizeControl(configuration)
    }

    /// Encodes a picture.
    ///
    /// - Throws: ``FrameCodecError`` with code `unsupportedPicture` for a picture that is not planar 4:2:0 in BT.601 and limited
    ///   range, or above WebP's limit of size; `encodingFailed` when the file cannot be as small as demanded, or would be larger
    ///   than the format allows; `outOfMemory`.
    public mutating func encode(_ picture: borrowing Picture) throws(FrameCodecError) -> EncodedImage {
        try encode(picture, planes: nil).image
    }

    /// Encodes a picture, and tells what a decoder will make of it.
    package mutating func encodeAndReconstruct(
        _ picture: borrowing Picture
    ) throws(FrameCodecError) -> (image: EncodedImage, reconstruction: VP8Reconstruction) {
        var reconstruction = VP8Reconstruction(size: picture.size)
        let image = try reconstruction.withPlanes { planes throws(FrameCodecError) in
            let (image, filterLevel) = try encode(picture, planes: planes)
            coder!.applyLoopFilter(to: planes, level: filterLevel)
            return image
        }
        return (image, reconstruction)
    }

    private mutating func encode(
        _ picture: borrowing Picture,
        planes: VP8ReconstructionPlanes?
    ) throws(FrameCodecError) -> (image: EncodedImage, filterLevel: Int) {
        let size = picture.size
        try Self.check(picture)
        if self.size != size {
            coder = nil
            coder = try VP8CoderOwner(size: size, kernels: kernels)
            self.size = size
            learned = nil
        }
        var plan = VP8FramePlan(size: size, quantizer: control.quantizer, learned: learned)
        while true {
            header.start()
            VP8KeyframeHeader(settings: plan.settings).write(to: &header)
            let statistics = try picture.withPlanes { y, u, v throws(FrameCodecError) in
                try coder!.code(
                    (y, u, v),
                    settings: plan.settings,
                    header: &header,
                    helper: helper,
                    reconstruction: planes
                )
            }
            try header.finish()
            let frame = VP8FrameFile(size: size, firstPartition: header.count, rest: statistics.partitionBytes)
            let fitting = VP8Experience(of: size, statistics)
            if let next = try plan.next(after: frame, statistics.tokens, fitting: fitting, control: &control) {
                plan = next
                continue
            }
            learned = fitting
            let image = EncodedImage(
                bytes: try file(frame),
                format: .webp,
                size: size,
                presentationTimestamp: picture.presentationTimestamp
            )
            return (image, plan.settings.filterLevel)
        }
    }

    private func file(_ frame: VP8FrameFile) throws(FrameCodecError) -> [UInt8] {
        var isComplete = true
        let bytes = [UInt8](unsafeUninitializedCapacity: frame.count) { buffer, count in
            let first = buffer.update(fromContentsOf: frame.header)
            let rest = buffer[first...].update(fromContentsOf: header.bytes)
            isComplete = coder!.copyPartitions(to: UnsafeMutableBufferPointer(rebasing: buffer[rest...]))
            // The byte that makes the length even.
            buffer[frame.count - 1] = rest + frame.rest < frame.count ? 0 : buffer[frame.count - 1]
            count = frame.count
        }
        guard isComplete else {
            throw FrameCodecError(
                code: .encodingFailed,
                message: "A part of a picture of \(frame.size) takes more than 16 MB; lower the quality."
            )
        }
        return bytes
    }

    private static func check(_ picture: borrowing Picture) throws(FrameCodecError) {
        guard picture.isPlanar420, picture.colorDescription == .webp else {
            throw FrameCodecError(
                code: .unsupportedPicture,
                message: "A \(picture.pixelFormat) picture in \(picture.colorDescription) cannot be encoded as WebP; "
                    + "convert it first."
            )
        }
        let size = picture.size
        guard size.width <= PictureSize.webpLimit, size.height <= PictureSize.webpLimit else {
            throw FrameCodecError(
                code: .unsupportedPicture,
                message: "A picture of \(size) is above WebP's limit of \(PictureSize.webpLimit) a side; scale it down."
            )
        }
    }
}
