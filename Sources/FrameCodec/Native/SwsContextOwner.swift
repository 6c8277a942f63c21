import CLibAV

/// Owner of a `SwsContext`: brings pictures of one geometry into planar YUV 4:2:0 of one size.
struct SwsContextOwner: ~Copyable {
    /// Everything that a context is made for.
    struct Geometry: Hashable {
        var format: PixelFormat
        var source: PictureSize
        var destination: PictureSize
        var range: ColorDescription.Range
    }

    private let context: OpaquePointer

    /// Prepares a context. The colours keep their meaning, except that RGB becomes BT.601, limited range.
    init(_ geometry: Geometry) throws(FrameCodecError) {
        guard geometry.format.isSoftware, sws_isSupportedInput(geometry.format.value) > 0 else {
            throw FrameCodecError(
                code: .unsupportedPicture,
                message: "Pictures in pixel format \(geometry.format) cannot be converted."
            )
        }
        guard let context = sws_alloc_context() else { throw .outOfMemory(for: "a scaler") }
        // The range is told apart from the format, so that the same range on both sides makes swscale leave it alone.
        // (It takes grey for full range whatever it is told, so there the other side has to be called full, too.)
        let isFull: Int64 = geometry.range == .full || geometry.format.isGray ? 1 : 0
        let options: [(String, Int64)] = [
            ("srcw", Int64(geometry.source.width)), ("srch", Int64(geometry.source.height)),
            ("src_format", Int64(geometry.format.withoutRange.value.rawValue)),
            ("dstw", Int64(geometry.destination.width)), ("dsth", Int64(geometry.destination.height)),
            ("dst_format", Int64(AV_PIX_FMT_YUV420P.rawValue)),
            ("src_range", isFull), ("dst_range", geometry.format.isRGB ? 0 : isFull),
            ("sws_flags", Int64(geometry.filter)),
        ]
        // The options exist and the values are in their range (a PictureSize fits Int32).
        for (name, value) in options { av_opt_set_int(UnsafeMutableRawPointer(context), name, value, 0) }
        let status = sws_init_context(context, nil, nil)
        guard status >= 0 else {
            sws_freeContext(context)
            throw FrameCodecError(
                code: .unsupportedPicture,
                message: "A \(geometry.format) picture of \(geometry.source) cannot be brought to 4:2:0 at "
                    + "\(geometry.destination).",
                cause: LibAVError(rawValue: status)
            )
        }
        self.context = context
    }

    deinit {
        sws_freeContext(context)
    }

    /// Fills the planes of `destination` from `source`; both have the geometry that this was made for.
    mutating func scale(_ source: borrowing Picture, into destination: borrowing Picture) throws(FrameCodecError) {
        let status = sws_scale_frame(context, destination.pointer, source.pointer)
        guard status >= 0 else {
            throw FrameCodecError(
                code: status == clibav_AVERROR_ENOMEM ? .outOfMemory : .internalFailure,
                message: "A picture of \(source.size) could not be scaled to \(destination.size).",
                cause: LibAVError(rawValue: status)
            )
        }
    }
}

extension SwsContextOwner.Geometry {
    /// The fast bilinear filter looks at two samples; below half the size it would skip some, and lines would flicker.
    fileprivate var filter: Int32 {
        destination.width * 2 < source.width || destination.height * 2 < source.height ? SWS_AREA : SWS_FAST_BILINEAR
    }
}

/// Reached through one owner only; swscale ties a context to no thread.
extension SwsContextOwner: @unchecked Sendable {}
