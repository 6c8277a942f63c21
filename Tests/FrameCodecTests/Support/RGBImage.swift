import CLibWebP
import FrameCodec

/// An image decoded to red, green and blue bytes by libwebp.
struct RGBImage {
    struct Color: Equatable {
        var red: Double
        var green: Double
        var blue: Double

        /// The largest difference in a channel.
        func distance(to other: Color) -> Double {
            max(abs(red - other.red), abs(green - other.green), abs(blue - other.blue))
        }
    }

    let width: Int
    let height: Int
    private let bytes: [UInt8]

    /// Decodes a WebP file, or gives nil when libwebp does not take it.
    init?(webp: [UInt8]) {
        var width: Int32 = 0
        var height: Int32 = 0
        guard let decoded = WebPDecodeRGB(webp, webp.count, &width, &height) else { return nil }
        defer { WebPFree(decoded) }
        self.width = Int(width)
        self.height = Int(height)
        bytes = Array(UnsafeBufferPointer(start: decoded, count: Int(width) * Int(height) * 3))
    }

    /// The mean colour of a rectangle.
    func mean(columns: Range<Int>, rows: Range<Int>) -> Color {
        var (red, green, blue) = (0, 0, 0)
        for row in rows {
            for column in columns {
                let index = (row * width + column) * 3
                red += Int(bytes[index])
                green += Int(bytes[index + 1])
                blue += Int(bytes[index + 2])
            }
        }
        let count = Double(columns.count * rows.count)
        return Color(red: Double(red) / count, green: Double(green) / count, blue: Double(blue) / count)
    }
}
