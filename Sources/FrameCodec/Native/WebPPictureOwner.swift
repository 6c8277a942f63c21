import CLibWebP

/// Owner of a `WebPPicture`, at a fixed address, that looks at planes of somebody else.
struct WebPPictureOwner: ~Copyable {
    private let picture: UnsafeMutablePointer<WebPPicture>

    init() throws(FrameCodecError) {
        var initial = WebPPicture()
        // Fails only for an incompatible library.
        guard WebPPictureInit(&initial) != 0 else {
            throw FrameCodecError(code: .libraryTooOld, message: "libwebp is not the one this program was built with.")
        }
        initial.use_argb = 0
        initial.colorspace = WEBP_YUV420
        picture = .allocate(capacity: 1)
        picture.initialize(to: initial)
    }

    deinit {
        // Frees what libwebp allocated, which excludes planes that were set from outside.
        WebPPictureFree(picture)
        picture.deallocate()
    }

    /// Why the last encoding failed.
    var error: WebPError { WebPError(rawValue: picture.pointee.error_code.rawValue) }

    /// Sends the output of the next encoding to `writer`.
    mutating func attach(_ writer: borrowing WebPMemoryWriterOwner) {
        picture.pointee.writer = WebPMemoryWrite
        picture.pointee.custom_ptr = UnsafeMutableRawPointer(writer.pointer)
    }

    /// Encodes three planes (`WebPEncode`), which are only read although the fields are mutable pointers: libwebp writes
    /// into a picture only to clean up under an alpha plane, and there is none.
    mutating func encode(_ config: inout WebPConfig, _ y: Plane, _ u: Plane, _ v: Plane) -> Bool {
        picture.pointee.width = Int32(y.width)
        picture.pointee.height = Int32(y.height)
        picture.pointee.y = UnsafeMutablePointer(mutating: y.pointer)
        picture.pointee.u = UnsafeMutablePointer(mutating: u.pointer)
        picture.pointee.v = UnsafeMutablePointer(mutating: v.pointer)
        picture.pointee.y_stride = Int32(y.stride)
        picture.pointee.uv_stride = Int32(u.stride)
        picture.pointee.error_code = VP8_ENC_OK
        defer {
            picture.pointee.y = nil
            picture.pointee.u = nil
            picture.pointee.v = nil
        }
        return WebPEncode(&config, picture) != 0
    }
}

/// Reached through one owner only; libwebp ties a picture to no thread.
extension WebPPictureOwner: @unchecked Sendable {}
