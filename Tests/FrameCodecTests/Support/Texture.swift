import FrameCodec

/// A picture with gradients, edges and fine detail, the same on every run.
enum Texture {
    static func picture(
        _ size: PictureSize,
        phase: Int = 0,
        colorDescription: ColorDescription = .webp
    ) throws -> Picture {
        var picture = try Picture(blank: size, colorDescription: colorDescription)
        var noise: UInt32 = 12345
        try picture.withMutablePlanes { y, u, v in
            for row in 0..<y.height {
                for column in 0..<y.width {
                    noise = noise &* 1_664_525 &+ 1_013_904_223
                    let gradient = (column * 160 / max(1, y.width) + row * 40 / max(1, y.height))
                    let edge = (column + phase) / 32 % 2 == row / 24 % 2 ? 20 : 0
                    y[row: row][column] = UInt8(16 + gradient + edge + Int(noise >> 29) % 4)
                }
            }
            for row in 0..<u.height {
                for column in 0..<u.width {
                    u[row: row][column] = UInt8(64 + column * 128 / u.width)
                    v[row: row][column] = UInt8(64 + row * 128 / v.height)
                }
            }
        }
        return picture
    }
}
