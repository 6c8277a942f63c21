package import CLibAV

/// One decoded picture: planes of samples, their meaning, and a timestamp.
///
/// A picture is moved, never copied; its memory goes back to where it came from when the picture ends. It may move to
/// another thread, for instance to an encoder's.
public struct Picture: ~Copyable, Sendable {
    let frame: VideoFrame

    /// Takes over a frame with planes.
    init(_ frame: consuming VideoFrame) {
        self.frame = frame
    }

    /// Takes a new reference to the planes of `source` (`av_frame_ref`), which may go away afterwards.
    ///
    /// - Throws: `unsupportedPicture` for a frame without a size, `outOfMemory`.
    package init(referencing source: UnsafePointer<AVFrame>) throws(FrameCodecError) {
        guard PictureSize(width: Int(source.pointee.width), height: Int(source.pointee.height)) != nil else {
            throw FrameCodecError(code: .unsupportedPicture, message: "A frame without a size is no picture.")
        }
        let frame = try VideoFrame()
        guard av_frame_ref(frame.pointer, source) >= 0 else { throw .outOfMemory(for: "a picture") }
        self.init(frame)
    }

    /// A new reference to the same planes (`av_frame_ref`), which are not copied: for where a picture is only lent, such as in a
    /// transform, and is to be converted or kept.
    ///
    /// - Throws: `outOfMemory`.
    public func newReference() throws(FrameCodecError) -> Picture {
        try Picture(referencing: frame.pointer)
    }

    /// Width and height in pixels.
    public var size: PictureSize {
        // Decoders and converters give out no frame without a size.
        PictureSize(width: Int(frame.pointer.pointee.width), height: Int(frame.pointer.pointee.height))!
    }

    /// The layout of the samples in memory.
    public var pixelFormat: PixelFormat { PixelFormat(frame.pixelFormat) }

    /// What the samples mean. Where the stream does not say: BT.709 from 720 lines up, else BT.601; limited range unless
    /// the format is JPEG's.
    public var colorDescription: ColorDescription { ColorDescription(of: frame) }

    /// When to show the picture, in the time base of the packets that it came from.
    public var presentationTimestamp: Int64? {
        get {
            let value = frame.pointer.pointee
            let best = value.best_effort_timestamp == clibav_AV_NOPTS_VALUE ? value.pts : value.best_effort_timestamp
            return best == clibav_AV_NOPTS_VALUE ? nil : best
        }
        set {
            frame.pointer.pointee.pts = newValue ?? clibav_AV_NOPTS_VALUE
            frame.pointer.pointee.best_effort_timestamp = frame.pointer.pointee.pts
        }
    }

    /// Whether the decoder met damaged or missing data, so that parts of the picture may be wrong.
    public var isCorrupt: Bool {
        frame.pointer.pointee.decode_error_flags != 0 || frame.pointer.pointee.flags & AV_FRAME_FLAG_CORRUPT != 0
    }

    /// Whether the picture was decoded without any other.
    public var isKeyframe: Bool { frame.pointer.pointee.key_frame != 0 }

    /// Whether the two fields of the picture are of different moments.
    package var isInterlaced: Bool { frame.pointer.pointee.interlaced_frame != 0 }

    /// Whether the picture was predicted from a later one, too.
    package var isBidirectional: Bool { frame.pointer.pointee.pict_type == AV_PICTURE_TYPE_B }

    /// Whether the stream says which matrix its colours have, or ``colorDescription`` is a guess.
    package var declaresMatrix: Bool { frame.pointer.pointee.colorspace != AVCOL_SPC_UNSPECIFIED }

    /// Takes over the timestamp and the flags of another picture, not its samples or their meaning.
    mutating func copyProperties(of other: borrowing Picture) {
        let (from, to) = (other.frame.pointer, frame.pointer)
        to.pointee.pts = from.pointee.pts
        to.pointee.best_effort_timestamp = from.pointee.best_effort_timestamp
        to.pointee.key_frame = from.pointee.key_frame
        to.pointee.flags = from.pointee.flags
        to.pointee.decode_error_flags = from.pointee.decode_error_flags
    }

    /// The frame itself, for calls of libav. Valid as long as the picture lives.
    package var pointer: UnsafeMutablePointer<AVFrame> { frame.pointer }
}

extension Picture {
    /// Whether the samples lie as in 8-bit planar YUV 4:2:0.
    package var isPlanar420: Bool { pixelFormat.isPlanar420 }

    /// Reads the planes of a picture that is 8-bit planar YUV 4:2:0.
    ///
    /// - Precondition: ``isPlanar420``.
    package func withPlanes<Result, Failure: Error>(
        _ body: (_ y: Plane, _ u: Plane, _ v: Plane) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        precondition(isPlanar420, "Only planar 4:2:0 pictures have three byte planes.")
        let value = frame.pointer.pointee
        let chroma = size.chroma420
        func plane(_ pointer: UnsafeMutablePointer<UInt8>?, _ stride: Int32, _ size: PictureSize) -> Plane {
            Plane(pointer: UnsafePointer(pointer!), stride: Int(stride), width: size.width, height: size.height)
        }
        return try body(
            plane(value.data.0, value.linesize.0, size),
            plane(value.data.1, value.linesize.1, chroma),
            plane(value.data.2, value.linesize.2, chroma)
        )
    }

    /// Paints on the planes of a picture that is 8-bit planar YUV 4:2:0. Planes that are shared are copied first.
    ///
    /// - Precondition: ``isPlanar420``.
    package mutating func withMutablePlanes<Result>(
        _ body: (_ y: MutablePlane, _ u: MutablePlane, _ v: MutablePlane) -> Result
    ) throws(FrameCodecError) -> Result {
        precondition(isPlanar420, "Only planar 4:2:0 pictures have three byte planes.")
        guard av_frame_make_writable(frame.pointer) >= 0 else { throw .outOfMemory(for: "a picture of \(size)") }
        let value = frame.pointer.pointee
        let chroma = size.chroma420
        func plane(_ pointer: UnsafeMutablePointer<UInt8>?, _ stride: Int32, _ size: PictureSize) -> MutablePlane {
            MutablePlane(pointer: pointer!, stride: Int(stride), width: size.width, height: size.height)
        }
        return body(
            plane(value.data.0, value.linesize.0, size),
            plane(value.data.1, value.linesize.1, chroma),
            plane(value.data.2, value.linesize.2, chroma)
        )
    }

    /// A black picture in planar YUV 4:2:0.
    ///
    /// A source that makes one after another takes them from a ``PicturePool``, which recycles their memory.
    package init(
        blank size: PictureSize,
        colorDescription: ColorDescription = .webp,
        presentationTimestamp: Int64? = nil
    ) throws(FrameCodecError) {
        var pool = PicturePool()
        var picture = try pool.picture(of: size, colorDescription: colorDescription)
        picture.presentationTimestamp = presentationTimestamp
        let black: UInt8 = colorDescription.range == .limited ? 16 : 0
        try picture.withMutablePlanes { y, u, v in
            for row in 0..<y.height { y[row: row].update(repeating: black) }
            for row in 0..<u.height {
                u[row: row].update(repeating: 128)
                v[row: row].update(repeating: 128)
            }
        }
        self = picture
    }
}
