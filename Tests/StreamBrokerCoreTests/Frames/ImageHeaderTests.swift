import SeededRandom
import StreamBrokerCore
import Testing

@Suite struct ImageHeaderTests {
    static let whole: [(ImageFormat, [UInt8])] = [
        (.webp, TestImages.webp(width: 640, height: 360)),
        (.webp, TestImages.losslessWebP(width: 640, height: 360)),
        (.webp, TestImages.extendedWebP(width: 640, height: 360, chunks: Array("VP8 ".utf8) + [2, 0, 0, 0, 1, 2])),
        (.jpeg, TestImages.jpeg(width: 640, height: 360)),
        (.png, TestImages.png(width: 640, height: 360)),
        (.avif, TestImages.avif(width: 640, height: 360)),
    ]

    @Test(arguments: whole) func tellsFormatAndDimensions(_ format: ImageFormat, _ image: [UInt8]) throws {
        let header = try ImageHeader(parsing: image)
        #expect(header.format == format)
        #expect(header.dimensions == ImageDimensions(width: 640, height: 360))
    }

    @Test(arguments: whole) func refusesEveryTruncation(_ format: ImageFormat, _ image: [UInt8]) {
        for length in 0..<image.count {
            #expect(throws: ImageError.self, "\(format) cut to \(length) of \(image.count) bytes") {
                try ImageHeader(parsing: Array(image.prefix(length)))
            }
        }
    }

    @Test func refusesALyingRIFFLength() {
        var longer = TestImages.webp()
        longer[4] &+= 2
        #expect(throws: ImageError.truncated(.webp)) { try ImageHeader(parsing: longer) }
        let withTrailer = TestImages.webp() + [0, 0]
        #expect { try ImageHeader(parsing: withTrailer) } throws: { error in
            if case ImageError.malformed(.webp, _) = error { true } else { false }
        }
    }

    @Test func refusesZeroAndHugeDimensions() {
        #expect(throws: ImageError.zeroDimensions) { try ImageHeader(parsing: TestImages.webp(width: 0, height: 8)) }
        #expect(throws: ImageError.zeroDimensions) { try ImageHeader(parsing: TestImages.png(width: 8, height: 0)) }
        let huge = TestImages.extendedWebP(
            width: 1 << 24,
            height: 1 << 24,
            chunks: Array("VP8 ".utf8) + [2, 0, 0, 0, 1, 2]
        )
        #expect { try ImageHeader(parsing: huge) } throws: { error in
            if case ImageError.dimensionsTooLarge = error { true } else { false }
        }
        #expect { try ImageHeader(parsing: TestImages.webp(width: 16_383, height: 16_383)) } throws: { error in
            if case ImageError.dimensionsTooLarge = error { true } else { false }
        }
    }

    @Test func refusesSidesWhosePixelsNoIntegerCanCount() {
        let sides = Int(UInt32.max)
        #expect { try ImageHeader(parsing: TestImages.avif(width: sides, height: sides)) } throws: { error in
            if case ImageError.dimensionsTooLarge = error { true } else { false }
        }
    }

    @Test func acceptsAPortraitPictureOfTheSameSize() throws {
        #expect(try ImageHeader(parsing: TestImages.jpeg(width: 2160, height: 3840)).dimensions.height == 3840)
    }

    @Test func refusesChunkLengthsBeyondTheFile() {
        var image = TestImages.webp()
        image.replaceSubrange(16..<20, with: [0xFF, 0xFF, 0xFF, 0xFF])
        #expect(throws: ImageError.self) { try ImageHeader(parsing: image) }
    }

    @Test(arguments: [Array("hello".utf8), Array("<svg xmlns=''/>".utf8), [UInt8](repeating: 0, count: 100)])
    func tellsWhatIsNoImage(_ bytes: [UInt8]) {
        #expect(throws: ImageError.notAnImage) { try ImageHeader(parsing: bytes) }
    }

    @Test func survivesEveryDamagedByte() {
        var random = SeededRandom(seed: 1)
        for (_, image) in Self.whole {
            for _ in 0..<2_000 {
                var damaged = image
                for _ in 0..<Int.random(in: 1...4, using: &random) {
                    damaged[Int.random(in: 0..<damaged.count, using: &random)] = .random(in: 0...255, using: &random)
                }
                // Whatever it says, it neither traps nor accepts a picture beyond the limit.
                if let header = try? ImageHeader(parsing: damaged) {
                    #expect(header.dimensions.width * header.dimensions.height <= 3840 * 2160)
                }
            }
        }
    }
}
