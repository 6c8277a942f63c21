/// What a decoder makes of an image: planes of whole macroblocks, of which the picture is the upper left part.
package struct VP8Reconstruction: Equatable {
    /// The picture's size.
    package let size: PictureSize
    /// Samples of luma in raster order, ``stride`` to a row.
    package private(set) var y: [UInt8]
    /// Samples of chroma in raster order, half of ``stride`` to a row.
    package private(set) var u: [UInt8]
    package private(set) var v: [UInt8]

    /// Samples from one row of luma to the next.
    package var stride: Int { columns * 16 }

    private var columns: Int { (size.width + 15) / 16 }

    init(size: PictureSize) {
        self.size = size
        let count = ((size.width + 15) / 16) * ((size.height + 15) / 16)
        y = Array(repeating: 0, count: count * 256)
        u = Array(repeating: 0, count: count * 64)
        v = u
    }

    /// Lends the planes to write to.
    mutating func withPlanes<Result>(
        _ body: (VP8ReconstructionPlanes) throws(FrameCodecError) -> Result
    ) throws(FrameCodecError) -> Result {
        let columns = columns
        return try y.withUnsafeMutableBufferPointer { y throws(FrameCodecError) in
            try u.withUnsafeMutableBufferPointer { u throws(FrameCodecError) in
                try v.withUnsafeMutableBufferPointer { v throws(FrameCodecError) in
                    try body(
                        VP8ReconstructionPlanes(
                            y: y.baseAddress!,
                            u: u.baseAddress!,
                            v: v.baseAddress!,
                            columns: columns
                        )
                    )
                }
            }
        }
    }
}
