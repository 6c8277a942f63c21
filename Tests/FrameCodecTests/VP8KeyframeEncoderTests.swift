import FrameCodec
import PictureQuality
import Testing

@Suite struct VP8KeyframeEncoderTests {
    private static let size = PictureSize(width: 640, height: 360)!

    @Test func theFileSaysWhatItIs() throws {
        var encoder = try VP8KeyframeEncoder()
        let image = try encoder.encode(Texture.picture(Self.size))
        #expect(image.format == .webp)
        #expect(image.bytes.prefix(4).elementsEqual("RIFF".utf8))
        #expect(image.bytes[8..<16].elementsEqual("WEBPVP8 ".utf8))
        let length = image.bytes[4..<8].reversed().reduce(0) { $0 << 8 | Int($1) }
        #expect(length + 8 == image.bytes.count)
        #expect(image.bytes.count % 2 == 0)
    }

    @Test func aHigherQualityMeansALargerFileNearerToThePicture() throws {
        var last = (bytes: 0, error: Int.max)
        for quality in [Float(0), 20, 50, 80, 95, 100] {
            var encoder = try VP8KeyframeEncoder(configuration: .init(quality: quality))
            let picture = try Texture.picture(Self.size)
            let (image, reconstruction) = try encoder.encodeAndReconstruct(picture)
            let error = Self.lumaError(picture, reconstruction)
            #expect(image.bytes.count > last.bytes)
            #expect(error < last.error)
            last = (image.bytes.count, error)
        }
    }

    /// Sum of squared differences of luma.
    private static func lumaError(_ picture: borrowing Picture, _ reconstruction: VP8Reconstruction) -> Int {
        picture.withPlanes { y, _, _ in
            (0..<y.height).reduce(0) { sum, row in
                (0..<y.width).reduce(sum) { sum, column in
                    let difference =
                        Int(y[row: row][column]) - Int(reconstruction.y[row * reconstruction.stride + column])
                    return sum + difference * difference
                }
            }
        }
    }

    /// At libwebp's quality, and not with more bytes than it.
    @Test(arguments: [Float(50), 75, 85, 95])
    func aQualityMeansWhatItMeansForLibwebp(quality: Float) throws {
        var live = try VP8KeyframeEncoder(configuration: .init(quality: quality))
        var libwebp = try WebPEncoder(configuration: .init(quality: quality))
        var (ours, theirs) = (0.0, 0.0)
        var (bytes, theirBytes) = (0, 0)
        var count = 0
        try Self.every(30) { picture in
            let image = try live.encode(picture)
            let theirImage = try libwebp.encode(picture)
            count += 1
            bytes += image.bytes.count
            theirBytes += theirImage.bytes.count
            ours += try Self.similarity(picture, image)
            theirs += try Self.similarity(picture, theirImage)
        }
        // Loss of similarity, which is what is seen: within a quarter.
        let (loss, theirLoss) = (1 - ours / Double(count), 1 - theirs / Double(count))
        #expect((0.75...1.25).contains(loss / theirLoss), "\(loss) against \(theirLoss)")
        #expect(bytes < theirBytes)
    }

    private static func similarity(_ picture: borrowing Picture, _ image: EncodedImage) throws -> Double {
        let decoded = try #require(DecodedPlanes(byLibwebp: image.bytes, image.size))
        return Similarity(picture, decoded).ssim
    }

    private static func every(_ interval: Int, _ body: (borrowing Picture) throws -> Void) throws {
        var reader = try ClipReader(path: Media.path("vtest-720p.h264.mp4"))
        var converter = PictureConverter()
        var number = 0
        try reader.decode { picture in
            number += 1
            if number % interval == 1 { try body(converter.convert(picture)) }
        }
    }

    /// A picture may be far from the one before: here every tenth, which is a third of a second later.
    @Test(arguments: [30_000, 60_000, 120_000])
    func aBudgetIsMetFromTheSecondPictureOn(budget: Int) throws {
        var encoder = try VP8KeyframeEncoder(configuration: .init(byteBudget: budget))
        var sizes: [Int] = []
        try Self.every(10) { picture in
            sizes.append(try encoder.encode(picture).bytes.count)
        }
        #expect(sizes.count == 30)
        for size in sizes.dropFirst() {
            #expect(abs(Double(size) / Double(budget) - 1) <= 0.05, "\(sizes)")
        }
    }

    @Test func aLimitIsNeverPassed() throws {
        var encoder = try VP8KeyframeEncoder(configuration: .init(quality: 95, byteLimit: 50_000))
        try Self.every(10) { picture in
            let count = try encoder.encode(picture).bytes.count
            #expect(count <= 50_000)
        }
        // And lets the quality be what it is where there is room.
        var free = try VP8KeyframeEncoder(configuration: .init(quality: 50))
        var limited = try VP8KeyframeEncoder(configuration: .init(quality: 50, byteLimit: 1_000_000))
        let picture = try Texture.picture(Self.size)
        #expect(try free.encode(picture).bytes == limited.encode(picture).bytes)
    }

    @Test func aLimitThatNoFileCanMeetIsAnError() throws {
        var encoder = try VP8KeyframeEncoder(configuration: .init(byteLimit: 100))
        let picture = try Texture.picture(Self.size)
        do {
            _ = try encoder.encode(picture)
            Issue.record("a picture in 100 bytes")
        } catch {
            #expect(error.code == .encodingFailed)
        }
    }

    /// The second picture is coded with what the first one taught, and a cut is noticed: the file is then as small as if the
    /// encoder had seen that scene before.
    @Test func aCutIsCodedWithProbabilitiesOfItsOwn() throws {
        let noise = try #require(PictureSize(width: 640, height: 368))
        var generator = SeededGenerator(seed: 7)
        let before = try RandomPicture.picture(noise, .noise, &generator)
        let after = try Texture.picture(noise)
        var encoder = try VP8KeyframeEncoder()
        _ = try encoder.encode(before)
        let atTheCut = try encoder.encode(after).bytes.count
        let later = try encoder.encode(after).bytes.count
        #expect(Double(atTheCut) <= Double(later) * 1.03, "\(atTheCut), then \(later)")
    }

    @Test func anUnconvertedPictureIsRefused() throws {
        var encoder = try VP8KeyframeEncoder()
        let picture = try Picture(blank: Self.size, colorDescription: .init(matrix: .bt709, range: .limited))
        do {
            _ = try encoder.encode(picture)
            Issue.record("a BT.709 picture was encoded as if it were BT.601")
        } catch {
            #expect(error.code == .unsupportedPicture)
        }
        let wide = try #require(PictureSize(width: 16384, height: 2))
        #expect(throws: FrameCodecError.self) { _ = try encoder.encode(Picture(blank: wide)) }
    }

    @Test func impossibleSettingsAreRefused() {
        typealias Configuration = VP8KeyframeEncoder.Configuration
        let configurations: [Configuration] = [
            .init(quality: -1), .init(quality: 101), .init(quality: .nan), .init(byteBudget: 0), .init(byteLimit: -5),
            .init(threads: 0), .init(threads: 3),
        ]
        for configuration in configurations {
            #expect(throws: FrameCodecError.self) { _ = try VP8KeyframeEncoder(configuration: configuration) }
        }
    }

    @Test func aChangeOfSizeStartsAnew() throws {
        var encoder = try VP8KeyframeEncoder()
        for (width, height) in [(64, 64), (1280, 720), (65, 3), (64, 64)] {
            let size = try #require(PictureSize(width: width, height: height))
            let picture = try Texture.picture(size)
            var fresh = try VP8KeyframeEncoder()
            #expect(try encoder.encode(picture).bytes == fresh.encode(picture).bytes)
        }
    }

    /// Encoder and pictures keep their memory: a thousand pictures later the process is no larger.
    ///
    /// Other tests run in the same process, so the round with the least growth counts: a leak grows in every one.
    @Test(.disabled(if: ProcessMemory.isSanitized, "the sanitizer looks for leaks itself"))
    func memoryIsUsedAgain() throws {
        let picture = try Texture.picture(Self.size)
        var encoder = try VP8KeyframeEncoder(configuration: .init(threads: 2))
        var growth: [Int] = []
        for _ in 0..<5 {
            let before = try ProcessMemory.residentBytes()
            for _ in 0..<200 { _ = try encoder.encode(picture) }
            growth.append(try ProcessMemory.residentBytes() - before)
        }
        let least = try #require(growth.min())
        #expect(least < 1_000_000, "\(growth)")
    }
}
