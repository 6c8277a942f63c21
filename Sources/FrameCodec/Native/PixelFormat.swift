package import CLibAV

/// The layout of a picture's samples in memory: an `AV_PIX_FMT_…`.
public struct PixelFormat: Hashable, Sendable {
    /// The number in libavutil's `pixfmt.h`.
    package let value: AVPixelFormat

    package init(_ value: AVPixelFormat) {
        self.value = value
    }

    /// Planar YUV 4:2:0 with 8 bits: what a lossy WebP holds.
    public static var yuv420p: PixelFormat { PixelFormat(AV_PIX_FMT_YUV420P) }

    /// libavutil's name, such as `yuv420p`.
    public var name: String {
        av_get_pix_fmt_name(value).map { String(cString: $0) } ?? "unknown"
    }

    /// Whether the planes are those of 8-bit planar YUV 4:2:0, of either range.
    var isPlanar420: Bool { value == AV_PIX_FMT_YUV420P || value == AV_PIX_FMT_YUVJ420P }

    /// Whether a picture of this format that does not say its range has the full one.
    var impliesFullRange: Bool { isRGB || withoutRange != self }

    /// Whether the samples are red, green and blue (or palette entries of them) and so have no YUV matrix.
    var isRGB: Bool {
        guard let descriptor = av_pix_fmt_desc_get(value) else { return false }
        return descriptor.pointee.flags & UInt64(AV_PIX_FMT_FLAG_RGB | AV_PIX_FMT_FLAG_PAL) != 0
    }

    /// Whether there is luma only, perhaps with an alpha plane.
    var isGray: Bool {
        guard let descriptor = av_pix_fmt_desc_get(value), !isRGB else { return false }
        return descriptor.pointee.nb_components <= 2
    }

    /// Whether the pixels lie in memory that this process can read.
    var isSoftware: Bool {
        guard let descriptor = av_pix_fmt_desc_get(value) else { return false }
        return descriptor.pointee.flags & UInt64(AV_PIX_FMT_FLAG_HWACCEL) == 0
    }

    /// The same layout, without JPEG's range as a part of the name ("yuvj").
    var withoutRange: PixelFormat {
        switch value {
        case AV_PIX_FMT_YUVJ420P: PixelFormat(AV_PIX_FMT_YUV420P)
        case AV_PIX_FMT_YUVJ422P: PixelFormat(AV_PIX_FMT_YUV422P)
        case AV_PIX_FMT_YUVJ444P: PixelFormat(AV_PIX_FMT_YUV444P)
        case AV_PIX_FMT_YUVJ440P: PixelFormat(AV_PIX_FMT_YUV440P)
        case AV_PIX_FMT_YUVJ411P: PixelFormat(AV_PIX_FMT_YUV411P)
        default: self
        }
    }
}

extension PixelFormat: CustomStringConvertible {
    /// The name.
    public var description: String { name }
}

extension PixelFormat {
    /// Formats are the same when their numbers are.
    public static func == (left: PixelFormat, right: PixelFormat) -> Bool {
        left.value.rawValue == right.value.rawValue
    }

    /// Hashes the number.
    public func hash(into hasher: inout Hasher) { hasher.combine(value.rawValue) }
}
