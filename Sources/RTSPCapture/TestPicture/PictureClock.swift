package import FrameCodec

/// A clock that a picture carries in its pixels, for measuring how old it is when somebody sees it.
///
/// 64 bits stand in the top left corner of the picture as square blocks, white for 1 and black for 0, in 4 rows of 16
/// blocks, read like text: left to right, top to bottom, highest bit first. A block is 16 by 16 pixels (a macroblock),
/// so the clock covers x 0..<256 and y 0..<64, and survives H.264 and WebP; in a picture that was scaled by `f`, a
/// block is `16 × f` wide and high.
///
///     bits 63...16   Unix time in milliseconds (UTC), 48 bits
///     bits 15...0    CRC-16/CCITT-FALSE of those 48 bits as 6 bytes, highest first:
///                    polynomial 0x1021, initial value 0xFFFF, not reflected, no final XOR
///
/// White is luma 235 and black 16, both without colour (chroma 128), so red, green and blue are 255 or 0. To read a
/// block, average the middle quarter of it (for 16 pixels: offsets 4..<12 each way) in luma, or in any of red, green
/// and blue; 126 and above is 1. A wrong checksum means that there is no clock, or no readable one. Example:
/// 1700000000000 ms is the bits `018B CFE5 6800` and the checksum `2B97`.
package enum PictureClock {
    /// Width and height of a block in pixels, in a picture that was not scaled.
    package static let blockSize = 16
    /// Blocks in a row.
    package static let columns = 16
    /// Rows of blocks.
    package static let rows = 4
    /// From this luma on a block is a 1.
    package static let threshold = 126

    /// The 64 bits for a time.
    ///
    /// - Parameter milliseconds: Unix time; 48 bits of it are kept.
    package static func code(milliseconds: Int64) -> UInt64 {
        let time = UInt64(truncatingIfNeeded: milliseconds) & 0xFFFF_FFFF_FFFF
        return time << 16 | UInt64(checksum(time))
    }

    /// The time in milliseconds that 64 bits stand for, or nil when the checksum is wrong.
    package static func milliseconds(code: UInt64) -> Int64? {
        let time = code >> 16
        return checksum(time) == UInt16(truncatingIfNeeded: code) ? Int64(time) : nil
    }

    /// Reads the clock of a picture.
    ///
    /// - Parameters:
    ///   - blockSize: width and height of a block: 16 times the factor by which the picture was scaled.
    ///   - luma: the brightness, 0 to 255, of the pixel at `x`, `y`.
    /// - Returns: Unix time in milliseconds, or nil when there is no readable clock.
    package static func read(blockSize: Double = 16, luma: (_ x: Int, _ y: Int) -> UInt8) -> Int64? {
        var code: UInt64 = 0
        for row in 0..<rows {
            for column in 0..<columns {
                let x = middle(of: column, blockSize)
                let y = middle(of: row, blockSize)
                var sum = 0
                for y in y { for x in x { sum += Int(luma(x, y)) } }
                code = code << 1 | (sum >= threshold * x.count * y.count ? 1 : 0)
            }
        }
        return milliseconds(code: code)
    }

    /// The middle half of a block along one axis, at least a pixel.
    private static func middle(of index: Int, _ blockSize: Double) -> Range<Int> {
        let start = Int((Double(index) + 0.25) * blockSize)
        return start..<max(start + 1, Int((Double(index) + 0.75) * blockSize))
    }

    private static func checksum(_ time: UInt64) -> UInt16 {
        var remainder: UInt16 = 0xFFFF
        for shift in stride(from: 40, through: 0, by: -8) {
            remainder ^= UInt16(time >> UInt64(shift) & 0xFF) << 8
            for _ in 0..<8 { remainder = remainder & 0x8000 != 0 ? remainder << 1 ^ 0x1021 : remainder << 1 }
        }
        return remainder
    }
}

extension PictureClock {
    /// Reads the clock of an 8-bit planar YUV 4:2:0 picture, or nil when it has none (or is too small for one).
    package static func read(_ picture: borrowing Picture, blockSize: Double = 16) -> Int64? {
        guard picture.isPlanar420, isRoomy(picture.size, blockSize) else { return nil }
        return picture.withPlanes { y, _, _ in read(blockSize: blockSize) { column, row in y[row: row][column] } }
    }

    /// Reads the clock of pixels in rows of red, green, blue and possibly more bytes, or nil when they have none.
    ///
    /// - Parameters:
    ///   - pixels: `size.area × channels` bytes, rows without gaps.
    ///   - channels: bytes a pixel, at least 3.
    package static func read(
        pixels: [UInt8],
        size: PictureSize,
        channels: Int = 3,
        blockSize: Double = 16
    ) -> Int64? {
        guard channels >= 3, pixels.count >= size.area * channels, isRoomy(size, blockSize) else { return nil }
        return read(blockSize: blockSize) { x, y in pixels[(y * size.width + x) * channels + 1] }
    }

    private static func isRoomy(_ size: PictureSize, _ blockSize: Double) -> Bool {
        Double(size.width) >= Double(columns) * blockSize && Double(size.height) >= Double(rows) * blockSize
    }

    /// Paints the clock on a luma plane of at least 256 by 64 samples; the chroma there must be 128.
    static func paint(milliseconds: Int64, on luma: MutablePlane) {
        let code = code(milliseconds: milliseconds)
        for row in 0..<rows {
            let bits = UInt16(truncatingIfNeeded: code >> UInt64(16 * (rows - 1 - row)))
            for y in row * blockSize..<(row + 1) * blockSize {
                let line = luma[row: y]
                for column in 0..<columns {
                    let isSet = bits & (0x8000 >> UInt16(column)) != 0
                    line[column * blockSize..<(column + 1) * blockSize].update(repeating: isSet ? 235 : 16)
                }
            }
        }
    }
}
