import CLibAV

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

extension Picture {
    /// The planes of a picture of any format as rows of bytes. Valid as long as the picture lives.
    var bytePlanes: [Plane] {
        let value = frame.pointer.pointee
        guard let descriptor = av_pix_fmt_desc_get(frame.pixelFormat), pixelFormat.isSoftware else { return [] }
        let pointers = [value.data.0, value.data.1, value.data.2, value.data.3]
        let strides = [value.linesize.0, value.linesize.1, value.linesize.2, value.linesize.3]
        return (0..<Int(max(0, av_pix_fmt_count_planes(frame.pixelFormat)))).compactMap { index in
            guard let pointer = pointers[index] else { return nil }
            let shift = index == 1 || index == 2 ? Int(descriptor.pointee.log2_chroma_h) : 0
            return Plane(
                pointer: UnsafePointer(pointer),
                stride: Int(strides[index]),
                width: Int(max(0, av_image_get_linesize(frame.pixelFormat, value.width, Int32(index)))),
                height: (size.height + (1 << shift) - 1) >> shift
            )
        }
    }

    /// Whether each sample is a byte.
    var hasByteSamples: Bool { av_pix_fmt_desc_get(frame.pixelFormat)?.pointee.comp.0.depth == 8 }

    /// Whether the other picture has the same size and kind, and every sample is the same.
    ///
    /// Ends at the first difference, which in moving pictures is soon.
    package func hasSameSamples(as other: borrowing Picture) -> Bool {
        guard isComparable(to: other) else { return false }
        return zip(bytePlanes, other.bytePlanes).allSatisfy { plane, other in
            (0..<plane.height).allSatisfy { row in
                memcmp(plane.pointer + row * plane.stride, other.pointer + row * other.stride, plane.width) == 0
            }
        }
    }

    /// Whether samples at the same place mean the same thing.
    func isComparable(to other: borrowing Picture) -> Bool {
        size == other.size && pixelFormat == other.pixelFormat && colorDescription == other.colorDescription
            && pixelFormat.isSoftware
    }
}
