import FrameCodec
import Glibc
import PictureQuality
import Testing

/// What the encoder says that a decoder sees is what decoders see: libwebp's and FFmpeg's, bit for bit, loop filter included.
@Suite struct VP8ExactnessTests {
    /// `EXACTNESS_PICTURES` asks for more; `EXACTNESS_SEED` for others.
    private static let pictures = number("EXACTNESS_PICTURES") ?? 600
    private static let seed = number("EXACTNESS_SEED") ?? 1
    /// Where the files go, for another decoder to look at.
    private static let bundle = getenv("EXACTNESS_BUNDLE").map { String(cString: $0) }

    private static func number(_ name: String) -> Int? { getenv(name).flatMap { Int(String(cString: $0)) } }

    private static let kernels = VP8Kernels.allCases.filter(\.isAvailable)

    @Test func randomPicturesAreDecodedAsReconstructed() throws {
        var done = 0
        var seed = UInt64(Self.seed)
        let bundle = try Self.bundle.map(FileBundle.init(path:))
        while done < Self.pictures {
            let files = try checkScene(seed: seed)
            try bundle?.append(files)
            done += files.count
            seed += 1
        }
    }

    /// Some pictures of one size in a row, by one encoder of each kind.
    private func checkScene(seed: UInt64) throws -> [[UInt8]] {
        var generator = SeededGenerator(seed: seed)
        let size = try Self.size(&generator)
        let quality = Float(Int.random(in: 0...100, using: &generator))
        let threads = Int.random(in: 1...2, using: &generator)
        let count = Int.random(in: 1...3, using: &generator)
        let contents = (0..<count).map { _ in RandomPicture.Content.allCases.randomElement(using: &generator)! }
        var files: [[UInt8]] = []
        for (index, kernels) in Self.kernels.enumerated() {
            var again = generator
            var encoder = try VP8KeyframeEncoder(
                configuration: .init(quality: quality, threads: index == 0 ? 1 : threads, kernels: kernels)
            )
            var decoder = try VideoDecoder(codec: .vp8)
            for (number, content) in contents.enumerated() {
                let picture = try RandomPicture.picture(size, content, &again)
                let what: Comment =
                    "seed \(seed), \(size), quality \(quality), \(content), \(kernels), \(threads) threads"
                if index > 0 {
                    // The bytes are the first kernels', whose decoding was checked.
                    let image = try encoder.encode(picture)
                    try #require(image.bytes == files[number], what)
                    continue
                }
                let (image, reconstruction) = try encoder.encodeAndReconstruct(picture)
                files.append(image.bytes)
                let expected = DecodedPlanes(reconstruction)
                let byLibwebp = try #require(DecodedPlanes(byLibwebp: image.bytes, size), what)
                try #require(byLibwebp == expected, what)
                try #require(try DecodedPlanes(byFFmpeg: image.bytes, &decoder) == expected, what)
            }
        }
        return files
    }

    /// Mostly small, so that there are many; some with several groups of rows.
    private static func size(_ generator: inout SeededGenerator) throws -> PictureSize {
        let limit =
            switch Int.random(in: 0..<20, using: &generator) {
            case 0: 400
            case 1...6: 120
            default: 40
            }
        return try #require(
            PictureSize(
                width: Int.random(in: 1...limit, using: &generator),
                height: Int.random(in: 1...limit, using: &generator)
            )
        )
    }

    @Test(arguments: [
        (1, 1), (1, 700), (700, 1), (16, 16), (17, 33), (1921, 1081), (4096, 2304), (16383, 3), (3, 16383),
    ])
    func thisSizeIsDecodedAsReconstructed(width: Int, height: Int) throws {
        let size = try #require(PictureSize(width: width, height: height))
        let picture = try Texture.picture(size)
        var files: [[UInt8]] = []
        for kernels in Self.kernels {
            for threads in 1...2 {
                var encoder = try VP8KeyframeEncoder(configuration: .init(threads: threads, kernels: kernels))
                files.append(try encoder.encode(picture).bytes)
            }
        }
        var encoder = try VP8KeyframeEncoder()
        let (image, reconstruction) = try encoder.encodeAndReconstruct(picture)
        #expect(files.allSatisfy { $0 == image.bytes })
        let expected = DecodedPlanes(reconstruction)
        #expect(DecodedPlanes(byLibwebp: image.bytes, size) == expected)
        var decoder = try VideoDecoder(codec: .vp8)
        #expect(try DecodedPlanes(byFFmpeg: image.bytes, &decoder) == expected)
    }

    /// Every picture of the clips that `EXACTNESS_CLIPS` names, with colons between them; else some of one.
    @Test(arguments: [Float(0), 30, 80, 100])
    func clipsAreDecodedAsReconstructed(quality: Float) throws {
        let named = getenv("EXACTNESS_CLIPS").map { String(cString: $0).split(separator: ":").map(String.init) }
        let bundle = try Self.bundle.map(FileBundle.init(path:))
        for path in named ?? [Media.path("vtest-720p.h264.mp4")] {
            var reader = try ClipReader(path: path)
            var encoder = try VP8KeyframeEncoder(configuration: .init(quality: quality, threads: 2))
            var decoder = try VideoDecoder(codec: .vp8)
            var converter = PictureConverter()
            var count = 0
            try reader.decode { picture in
                count += 1
                guard named != nil || count % 30 == 1 else { return }
                let (image, reconstruction) = try encoder.encodeAndReconstruct(converter.convert(picture))
                try bundle?.append([image.bytes])
                let expected = DecodedPlanes(reconstruction)
                #expect(DecodedPlanes(byLibwebp: image.bytes, image.size) == expected, "\(path), picture \(count)")
                let byFFmpeg = try DecodedPlanes(byFFmpeg: image.bytes, &decoder)
                #expect(byFFmpeg == expected, "\(path), picture \(count)")
            }
            #expect(count > 0)
        }
    }
}
