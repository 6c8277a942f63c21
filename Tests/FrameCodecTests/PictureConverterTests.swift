import CLibAV
import FrameCodec
import Testing

@Suite struct PictureConverterTests {
    private static let colors: [RawFrame.Color] = [(200, 40, 40), (40, 180, 60), (50, 60, 190), (128, 128, 128)]

    private static let formats: [(name: String, format: AVPixelFormat, range: AVColorRange)] = [
        ("yuv422p", AV_PIX_FMT_YUV422P, AVCOL_RANGE_MPEG), ("yuv444p", AV_PIX_FMT_YUV444P, AVCOL_RANGE_MPEG),
        ("yuvj422p", AV_PIX_FMT_YUVJ422P, AVCOL_RANGE_JPEG), ("yuvj444p", AV_PIX_FMT_YUVJ444P, AVCOL_RANGE_JPEG),
        ("yuvj420p", AV_PIX_FMT_YUVJ420P, AVCOL_RANGE_JPEG), ("nv12", AV_PIX_FMT_NV12, AVCOL_RANGE_MPEG),
        ("yuv420p10", AV_PIX_FMT_YUV420P10LE, AVCOL_RANGE_MPEG),
        ("yuv422p10", AV_PIX_FMT_YUV422P10LE, AVCOL_RANGE_MPEG),
        ("yuv444p full", AV_PIX_FMT_YUV444P, AVCOL_RANGE_JPEG), ("rgb24", AV_PIX_FMT_RGB24, AVCOL_RANGE_UNSPECIFIED),
        ("gbrp", AV_PIX_FMT_GBRP, AVCOL_RANGE_UNSPECIFIED),
    ]

    /// Four flat quadrants keep their colours, whatever the format, with and without a change of size.
    @Test(arguments: formats, [1, 2])
    func everyPixelFormatKeepsItsColours(
        format: (name: String, format: AVPixelFormat, range: AVColorRange),
        scale: Int
    ) throws {
        let size = try #require(PictureSize(width: 128, height: 96))
        let picture = try RawFrame.picture(format.format, size, range: format.range) { x, y in
            Self.colors[x / 64 + y / 48 * 2]
        }
        var converter = PictureConverter()
        var encoder = try WebPEncoder(configuration: .init(quality: 95))
        let wanted = try #require(PictureSize(width: 128 / scale, height: 96 / scale))
        let image = try encoder.encode(converter.convert(picture, to: wanted))
        let decoded = try #require(RGBImage(webp: image.bytes))
        #expect(decoded.width == wanted.width && decoded.height == wanted.height)
        for (index, color) in Self.colors.enumerated() {
            let (column, row) = (index % 2 * 64 / scale, index / 2 * 48 / scale)
            let mean = decoded.mean(
                columns: (column + 16 / scale)..<(column + 48 / scale),
                rows: (row + 12 / scale)..<(row + 36 / scale)
            )
            let expected = RGBImage.Color(
                red: Double(color.red),
                green: Double(color.green),
                blue: Double(color.blue)
            )
            #expect(mean.distance(to: expected) <= 3, "\(format.name), quadrant \(index): \(mean)")
        }
    }

    @Test(arguments: [AVCOL_RANGE_MPEG.rawValue, AVCOL_RANGE_JPEG.rawValue])
    func greyPicturesStayGrey(range: UInt32) throws {
        let size = try #require(PictureSize(width: 64, height: 64))
        let picture = try RawFrame.picture(AV_PIX_FMT_GRAY8, size, range: AVColorRange(rawValue: range)) { x, _ in
            x < 32 ? (30, 30, 30) : (220, 220, 220)
        }
        var converter = PictureConverter()
        var encoder = try WebPEncoder(configuration: .init(quality: 95))
        let decoded = try #require(RGBImage(webp: encoder.encode(converter.convert(picture)).bytes))
        let dark = decoded.mean(columns: 4..<28, rows: 4..<60)
        let bright = decoded.mean(columns: 36..<60, rows: 4..<60)
        #expect(dark.distance(to: .init(red: 30, green: 30, blue: 30)) <= 3, "\(dark)")
        #expect(bright.distance(to: .init(red: 220, green: 220, blue: 220)) <= 3, "\(bright)")
    }

    @Test(arguments: [(1, 1), (2, 2), (3, 5), (5, 3), (17, 1), (1, 33), (641, 359)])
    func oddSizesWork(width: Int, height: Int) throws {
        let size = try #require(PictureSize(width: width, height: height))
        var converter = PictureConverter()
        var encoder = try WebPEncoder(configuration: .init(quality: 95))
        for description in [ColorDescription.webp, .init(matrix: .bt709, range: .full)] {
            let image = try encoder.encode(converter.convert(Texture.picture(size, colorDescription: description)))
            let decoded = try #require(RGBImage(webp: image.bytes))
            #expect(decoded.width == width && decoded.height == height)
            #expect(image.size == size)
        }
        // Up and down between odd sizes.
        for other in [PictureSize(width: 1, height: 1), PictureSize(width: 33, height: 7)] {
            let target = try #require(other)
            let scaled = try converter.convert(Texture.picture(size), to: target)
            let image = try encoder.encode(scaled)
            #expect(image.size == target)
            #expect(RGBImage(webp: image.bytes)?.width == target.width)
        }
    }

    @Test func sizeFormatAndColourMayChangeInMidStream() throws {
        var converter = PictureConverter()
        var encoder = try WebPEncoder()
        let wanted = try #require(PictureSize(width: 320, height: 180))
        let sizes = try [(1280, 720), (1920, 1080), (640, 480), (320, 180), (1280, 720)].map {
            try #require(PictureSize(width: $0, height: $1))
        }
        for (index, size) in sizes.enumerated() {
            for range in [ColorDescription.Range.limited, .full] {
                let description = ColorDescription(matrix: index % 2 == 0 ? .bt709 : .bt601, range: range)
                var picture = try Texture.picture(size, colorDescription: description)
                picture.presentationTimestamp = Int64(index * 10)
                let converted = try converter.convert(picture, to: wanted)
                let (size, color, time) = (converted.size, converted.colorDescription, converted.presentationTimestamp)
                #expect(size == wanted)
                #expect(color == .webp)
                #expect(time == Int64(index * 10))
                let image = try encoder.encode(converted)
                #expect(image.presentationTimestamp == Int64(index * 10))
                #expect(RGBImage(webp: image.bytes)?.width == 320)
            }
        }
    }

    @Test func unspecifiedColourFollowsTheNumberOfLines() throws {
        for (height, matrix) in [(576, ColorDescription.Matrix.bt601), (720, .bt709)] {
            let size = try #require(PictureSize(width: 64, height: height))
            let picture = try Texture.picture(size)
            picture.pointer.pointee.colorspace = AVCOL_SPC_UNSPECIFIED
            picture.pointer.pointee.color_range = AVCOL_RANGE_UNSPECIFIED
            let color = picture.colorDescription
            #expect(color == .init(matrix: matrix, range: .limited))
        }
    }

    @Test func aPaintedPictureLeavesItsReferencesAlone() throws {
        let size = try #require(PictureSize(width: 16, height: 16))
        var picture = try Picture(blank: size)
        let reference = try picture.newReference()
        try picture.withMutablePlanes { y, _, _ in y[row: 0][0] = 200 }
        let before = reference.withPlanes { y, _, _ in y[row: 0][0] }
        let after = picture.withPlanes { y, _, _ in y[row: 0][0] }
        #expect(before == 16)
        #expect(after == 200)
    }
}
