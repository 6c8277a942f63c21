import CLibAV
import FrameCodec

/// Makes pictures in any pixel format, by swscale, from a function that gives the colour of each pixel.
enum RawFrame {
    typealias Color = (red: UInt8, green: UInt8, blue: UInt8)

    static func picture(
        _ format: AVPixelFormat,
        _ size: PictureSize,
        range: AVColorRange = AVCOL_RANGE_UNSPECIFIED,
        color: (_ x: Int, _ y: Int) -> Color
    ) throws -> Picture {
        var source = try frame(AV_PIX_FMT_RGB24, size)
        defer { av_frame_free(&source) }
        for y in 0..<size.height {
            let row = source!.pointee.data.0! + y * Int(source!.pointee.linesize.0)
            for x in 0..<size.width { (row[x * 3], row[x * 3 + 1], row[x * 3 + 2]) = color(x, y) }
        }
        if format == AV_PIX_FMT_RGB24 { return try Picture(referencing: source!) }
        var result = try frame(format, size)
        defer { av_frame_free(&result) }
        result!.pointee.color_range = range
        let context = sws_getContext(
            Int32(size.width),
            Int32(size.height),
            AV_PIX_FMT_RGB24,
            Int32(size.width),
            Int32(size.height),
            format,
            SWS_BILINEAR | SWS_ACCURATE_RND,
            nil,
            nil,
            nil
        )
        defer { sws_freeContext(context) }
        let table = sws_getCoefficients(SWS_CS_ITU601)
        sws_setColorspaceDetails(context, table, 1, table, range == AVCOL_RANGE_JPEG ? 1 : 0, 0, 1 << 16, 1 << 16)
        let status = sws_scale_frame(context, result, source)
        guard status >= 0 else { throw LibAVError(rawValue: status) }
        result!.pointee.colorspace = AVCOL_SPC_SMPTE170M
        result!.pointee.color_range = range
        return try Picture(referencing: result!)
    }

    private static func frame(
        _ format: AVPixelFormat,
        _ size: PictureSize
    ) throws -> UnsafeMutablePointer<AVFrame>? {
        let frame = av_frame_alloc()
        frame!.pointee.width = Int32(size.width)
        frame!.pointee.height = Int32(size.height)
        frame!.pointee.format = format.rawValue
        let status = av_frame_get_buffer(frame, 0)
        guard status >= 0 else { throw LibAVError(rawValue: status) }
        return frame
    }
}
