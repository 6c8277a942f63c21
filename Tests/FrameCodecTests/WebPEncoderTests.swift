import CLibWebP
import FrameCodec
import Testing

@Suite struct WebPEncoderTests {
    @Test func theFileSaysWhatItIs() throws {
        let size = try #require(PictureSize(width: 176, height: 144))
        var encoder = try WebPEncoder()
        let image = try encoder.encode(Texture.picture(size))
        #expect(image.format == .webp)
        #expect(image.bytes.prefix(4).elementsEqual("RIFF".utf8))
        #expect(image.bytes[8..<16].elementsEqual("WEBPVP8 ".utf8))
        let length = image.bytes[4..<8].reversed().reduce(0) { $0 << 8 | Int($1) }
        #expect(length + 8 == image.bytes.count)
    }

    /// Luma of what a decoder makes of the file, against the picture that went in.
    @Test(arguments: [(Float(80), 36.0), (Float(95), 40.0), (Float(30), 30.0)])
    func lumaIsNearTheOriginal(quality: Float, decibels: Double) throws {
        let size = try #require(PictureSize(width: 640, height: 360))
        let picture = try Texture.picture(size)
        var encoder = try WebPEncoder(configuration: .init(quality: quality))
        let image = try encoder.encode(picture)
        var (width, height, stride, chromaStride): (Int32, Int32, Int32, Int32) = (0, 0, 0, 0)
        var u: UnsafeMutablePointer<UInt8>?
        var v: UnsafeMutablePointer<UInt8>?
        let decoded = WebPDecodeYUV(
            image.bytes,
            image.bytes.count,
            &width,
            &height,
            &u,
            &v,
            &stride,
            &chromaStride
        )
        let luma = try #require(decoded)
        defer { WebPFree(luma) }
        let error = picture.withPlanes { y, _, _ in
            var sum = 0
            for row in 0..<y.height {
                for column in 0..<y.width {
                    let difference = Int(y[row: row][column]) - Int(luma[row * Int(stride) + column])
                    sum += difference * difference
                }
            }
            return Double(sum) / Double(size.area)
        }
        // PSNR of d decibels is a mean squared error of 255² / 10^(d/10).
        let bound = 65025 / decibelRatio(decibels)
        #expect(error <= bound, "mean squared error \(error), allowed \(bound)")
    }

    private func decibelRatio(_ decibels: Double) -> Double {
        // 10^(d/10) in steps of 10 dB and 1 dB, without a mathematics library.
        var result = 1.0
        for _ in 0..<Int(decibels) { result *= 1.258925411794167 }
        return result
    }

    @Test func anUnconvertedPictureIsRefused() throws {
        let size = try #require(PictureSize(width: 64, height: 64))
        var encoder = try WebPEncoder()
        do {
            _ = try encoder.encode(Picture(blank: size, colorDescription: .init(matrix: .bt709, range: .limited)))
            Issue.record("a BT.709 picture was encoded as if it were BT.601")
        } catch {
            #expect(error.code == .unsupportedPicture)
        }
    }

    @Test func aPictureAboveWebPsLimitIsRefused() throws {
        let size = try #require(PictureSize(width: 16384, height: 2))
        var encoder = try WebPEncoder()
        #expect(throws: FrameCodecError.self) { _ = try encoder.encode(Picture(blank: size)) }
        let largest = try #require(PictureSize(width: 16383, height: 2))
        #expect(try encoder.encode(Picture(blank: largest)).size == largest)
    }

    @Test(arguments: [(Float(-1), 0), (Float(101), 0), (.nan, 0), (Float(80), 7), (Float(80), -1)])
    func impossibleSettingsAreRefused(quality: Float, method: Int) {
        #expect(throws: FrameCodecError.self) {
            _ = try WebPEncoder(configuration: .init(quality: quality, method: method))
        }
    }

    /// Converter, encoder and pictures keep their memory: a thousand pictures later the process is no larger.
    ///
    /// Other tests run in the same process, so the round with the least growth counts: a leak grows in every one.
    @Test(.disabled(if: ProcessMemory.isSanitized, "the sanitizer looks for leaks itself"))
    func memoryIsUsedAgain() throws {
        let size = try #require(PictureSize(width: 640, height: 360))
        let wanted = try #require(PictureSize(width: 160, height: 90))
        let picture = try Texture.picture(size, colorDescription: .init(matrix: .bt709, range: .full))
        var converter = PictureConverter()
        var encoder = try WebPEncoder()
        var growth: [Int] = []
        for _ in 0..<5 {
            let before = try ProcessMemory.residentBytes()
            for _ in 0..<200 {
                let image = try encoder.encode(converter.convert(picture.newReference(), to: wanted))
                #expect(image.size == wanted)
            }
            growth.append(try ProcessMemory.residentBytes() - before)
        }
        // One small picture of 22 kB lost each time would be 4.4 MB a round.
        let least = try #require(growth.min())
        #expect(least < 3_000_000, "\(growth)")
    }

    @Test func knownHolesOfLibwebpAreRefused() throws {
        #expect(WebPLibrary.safety(of: .init(1, 3, 2)) == .fixed)
        #expect(WebPLibrary.safety(of: .init(1, 2, 4)) == .fixedIfPatchedByDistribution)
        #expect(WebPLibrary.safety(of: .init(1, 2, 3)) == .vulnerable)
        #expect(throws: FrameCodecError.self) { try WebPLibrary.requireSafeVersion(.init(1, 0, 0)) }
        try WebPLibrary.requireSafeVersion()
        #expect(WebPLibrary.Version(1, 2, 4).description == "1.2.4")
    }
}
