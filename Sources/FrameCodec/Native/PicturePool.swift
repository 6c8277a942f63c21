import CLibAV

/// A source of planar YUV 4:2:0 pictures whose memory is used again once a picture has ended, on whichever thread.
///
/// Fresh memory for every 1080p picture costs 760 page faults.
package struct PicturePool: ~Copyable {
    private var buffers: BufferPool?
    private var size: PictureSize?

    /// An empty pool.
    package init() {}

    /// A picture with planes of undefined content.
    ///
    /// Pictures of another size than before start the pool anew; those still in use stay valid.
    package mutating func picture(
        of size: PictureSize,
        colorDescription: ColorDescription
    ) throws(FrameCodecError) -> Picture {
        let format = AV_PIX_FMT_YUV420P
        // AVX-512 reads 64 bytes at a time; swscale and encoders may read that far behind the last row's end.
        let alignment: Int32 = 64
        if size != self.size {
            let bytes = av_image_get_buffer_size(format, Int32(size.width), Int32(size.height), alignment)
            guard bytes > 0 else {
                throw FrameCodecError(
                    code: .unsupportedPicture,
                    message: "A picture of \(size) is too large.",
                    cause: LibAVError(rawValue: bytes)
                )
            }
            buffers = try BufferPool(byteCount: Int(bytes) + Int(alignment))
            self.size = size
        }
        let frame = try VideoFrame()
        guard let buffer = buffers?.buffer() else { throw .outOfMemory(for: "a picture of \(size)") }
        let pointer = frame.pointer
        pointer.pointee.buf.0 = buffer
        pointer.pointee.width = Int32(size.width)
        pointer.pointee.height = Int32(size.height)
        pointer.pointee.format = format.rawValue
        var data = (
            UnsafeMutablePointer<UInt8>?.none, UnsafeMutablePointer<UInt8>?.none, UnsafeMutablePointer<UInt8>?.none,
            UnsafeMutablePointer<UInt8>?.none
        )
        var strides: (Int32, Int32, Int32, Int32) = (0, 0, 0, 0)
        // Cannot fail: the size of the same picture was computed above.
        withUnsafeMutableBytes(of: &data) { data in
            withUnsafeMutableBytes(of: &strides) { strides in
                _ = av_image_fill_arrays(
                    data.baseAddress!.assumingMemoryBound(to: UnsafeMutablePointer<UInt8>?.self),
                    strides.baseAddress!.assumingMemoryBound(to: Int32.self),
                    buffer.pointee.data,
                    format,
                    Int32(size.width),
                    Int32(size.height),
                    alignment
                )
            }
        }
        (pointer.pointee.data.0, pointer.pointee.data.1, pointer.pointee.data.2) = (data.0, data.1, data.2)
        (pointer.pointee.linesize.0, pointer.pointee.linesize.1, pointer.pointee.linesize.2) =
            (strides.0, strides.1, strides.2)
        colorDescription.apply(to: frame)
        return Picture(frame)
    }
}
