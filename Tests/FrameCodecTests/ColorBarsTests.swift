import FrameCodec
import PictureQuality
import Testing

/// Flat bars of known colours, through decoder, converter and encoder, and back by libwebp.
@Suite struct ColorBarsTests {
    private static let expected: [RGBImage.Color] = [
        .init(red: 255, green: 255, blue: 255), .init(red: 255, green: 255, blue: 0),
        .init(red: 0, green: 255, blue: 255), .init(red: 0, green: 255, blue: 0),
        .init(red: 255, green: 0, blue: 255), .init(red: 255, green: 0, blue: 0),
        .init(red: 0, green: 0, blue: 255), .init(red: 0, green: 0, blue: 0),
    ]

    /// WebP's own loss is included: at quality 95 it is under 1 for a flat area.
    @Test(arguments: Media.bars)
    func everyBarKeepsItsColour(clip: String) throws {
        var reader = try ClipReader(path: Media.path(clip))
        var converter = PictureConverter()
        var encoder = try WebPEncoder(configuration: .init(quality: 95))
        var worst = 0.0
        var count = 0
        try reader.decode { picture in
            count += 1
            guard count == 10 else { return }
            let image = try encoder.encode(converter.convert(picture))
            let decoded = try #require(RGBImage(webp: image.bytes))
            #expect(decoded.width == 1280 && decoded.height == 720)
            for (bar, color) in Self.expected.enumerated() {
                let mean = decoded.mean(columns: (bar * 160 + 40)..<(bar * 160 + 120), rows: 100..<620)
                worst = max(worst, mean.distance(to: color))
            }
        }
        #expect(count == 30)
        #expect(worst <= 3, "a bar is off by \(worst)")
    }

    /// The same with a scaler in between, which must not touch the colours either.
    @Test(arguments: Media.bars)
    func everyBarKeepsItsColourWhenScaled(clip: String) throws {
        var reader = try ClipReader(path: Media.path(clip))
        var decoder = try VideoDecoder(parameters: reader.parameters)
        var converter = PictureConverter()
        var encoder = try WebPEncoder(configuration: .init(quality: 95))
        let packet = try unwrap(reader.next())
        try decoder.send(packet)
        try decoder.drain()
        let picture = try unwrap(decoder.receive())
        let size = try #require(PictureSize(width: 640, height: 360))
        let image = try encoder.encode(converter.convert(picture, to: size))
        let decoded = try #require(RGBImage(webp: image.bytes))
        #expect(decoded.width == 640 && decoded.height == 360)
        for (bar, color) in Self.expected.enumerated() {
            let mean = decoded.mean(columns: (bar * 80 + 20)..<(bar * 80 + 60), rows: 50..<310)
            #expect(mean.distance(to: color) <= 3, "bar \(bar) is \(mean)")
        }
    }

    @Test func clipsSayWhatTheyAre() throws {
        let descriptions: [ColorDescription] = [
            .init(matrix: .bt709, range: .limited), .init(matrix: .bt709, range: .full), .webp,
            .init(matrix: .bt601, range: .full),
        ]
        for (clip, description) in zip(Media.bars, descriptions) {
            var reader = try ClipReader(path: Media.path(clip))
            try reader.decode { picture in
                let found = picture.colorDescription
                #expect(found == description, "\(clip)")
            }
        }
    }
}
