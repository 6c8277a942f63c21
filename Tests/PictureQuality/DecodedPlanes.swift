import CLibWebP
package import FrameCodec

/// The three planes of an image, as a decoder gives them.
package struct DecodedPlanes: Equatable {
    package private(set) var y: [UInt8] = []
    package private(set) var u: [UInt8] = []
    package private(set) var v: [UInt8] = []

    /// Decodes a WebP file by libwebp, or gives nil when libwebp does not take it.
    package init?(byLibwebp bytes: [UInt8], _ size: PictureSize) {
        var (width, height, stride, chromaStride): (Int32, Int32, Int32, Int32) = (0, 0, 0, 0)
        var u: UnsafeMutablePointer<UInt8>?
        var v: UnsafeMutablePointer<UInt8>?
        guard let y = WebPDecodeYUV(bytes, bytes.count, &width, &height, &u, &v, &stride, &chromaStride) else {
            return nil
        }
        defer { WebPFree(y) }
        guard width == Int32(size.width), height == Int32(size.height), let u, let v else { return nil }
        let chroma = size.chroma420
        func rows(_ start: UnsafeMutablePointer<UInt8>, _ stride: Int32, _ size: PictureSize) -> [UInt8] {
            (0..<size.height).flatMap {
                UnsafeBufferPointer(start: start + $0 * Int(stride), count: size.width)
            }
        }
        self.y = rows(y, stride, size)
        self.u = rows(u, chromaStride, chroma)
        self.v = rows(v, chromaStride, chroma)
    }

    /// Decodes the keyframe in a WebP file by FFmpeg's VP8 decoder.
    package init(byFFmpeg bytes: [UInt8], _ decoder: inout VideoDecoder) throws {
        let length = bytes[16..<20].reversed().reduce(0) { $0 << 8 | Int($1) }
        try decoder.send(Packet(copying: bytes[20..<(20 + length)]))
        guard let picture = try decoder.receive() else { throw NoPicture() }
        picture.withPlanes { y, u, v in
            self.y = (0..<y.height).flatMap { y[row: $0] }
            self.u = (0..<u.height).flatMap { u[row: $0] }
            self.v = (0..<v.height).flatMap { v[row: $0] }
        }
    }

    /// What an encoder says that a decoder makes of its image.
    package init(_ reconstruction: VP8Reconstruction) {
        let (size, stride) = (reconstruction.size, reconstruction.stride)
        func rows(_ plane: [UInt8], _ stride: Int, _ size: PictureSize) -> [UInt8] {
            (0..<size.height).flatMap { plane[($0 * stride)..<($0 * stride + size.width)] }
        }
        y = rows(reconstruction.y, stride, size)
        u = rows(reconstruction.u, stride / 2, size.chroma420)
        v = rows(reconstruction.v, stride / 2, size.chroma420)
    }
}

private struct NoPicture: Error {}
