import FrameCodec
import RTSPCapture
import Testing

@Suite("Picture-borne clock")
struct PictureClockTests {
    @Test("is coded as documented")
    func layout() {
        #expect(PictureClock.code(milliseconds: 1_700_000_000_000) == 0x018B_CFE5_6800_2B97)
    }

    @Test("comes back from its code, and from no other")
    func roundTrip() {
        for _ in 0..<1000 {
            let time = Int64.random(in: 0..<1 << 48)
            let code = PictureClock.code(milliseconds: time)
            #expect(PictureClock.milliseconds(code: code) == time)
            #expect(PictureClock.milliseconds(code: code ^ 1 << UInt64.random(in: 0..<64)) == nil)
        }
        #expect(PictureClock.milliseconds(code: 0) == nil)
        #expect(PictureClock.milliseconds(code: .max) == nil)
    }

    @Test(
        "is read from the picture that it was painted on",
        arguments: [(320, 180), (1280, 720), (641, 361), (1920, 1080)]
    )
    func painted(width: Int, height: Int) throws {
        let size = try #require(PictureSize(width: width, height: height))
        let painter = TestPicture(size: size, frameRate: 30)
        var picture = try Picture(blank: size)
        for index in 0..<20 {
            let time = Int64.random(in: 0..<4_000_000_000_000_000)
            painter.paint(frame: index * 37, time: time, into: &picture)
            #expect(PictureClock.read(picture) == time / 1000)
        }
    }

    @Test("survives scaling")
    func survives() throws {
        let size = try #require(PictureSize(width: 1280, height: 720))
        let half = try #require(PictureSize(width: 640, height: 360))
        var picture = try Picture(blank: size)
        TestPicture(size: size, frameRate: 30).paint(frame: 77, time: 1_700_000_000_123_456, into: &picture)
        var converter = PictureConverter()
        let small = try converter.convert(picture, to: half)
        #expect(PictureClock.read(small, blockSize: 8) == 1_700_000_000_123)
    }

    @Test("is read from red, green and blue, and not found where there is none")
    func pixels() throws {
        let size = try #require(PictureSize(width: 256, height: 64))
        let code = PictureClock.code(milliseconds: 987_654_321_012)
        let pixels = (0..<64).flatMap { y in
            (0..<256).flatMap { x in
                let bit = code >> UInt64(63 - (y / 16 * 16 + x / 16)) & 1
                return [UInt8](repeating: bit == 1 ? 250 : 9, count: 4)
            }
        }
        #expect(PictureClock.read(pixels: pixels, size: size, channels: 4) == 987_654_321_012)
        #expect(PictureClock.read(pixels: [UInt8](repeating: 0, count: pixels.count), size: size, channels: 4) == nil)
        #expect(PictureClock.read(pixels: [UInt8](repeating: 255, count: pixels.count), size: size, channels: 4) == nil)
        #expect(PictureClock.read(pixels: [1, 2, 3], size: size) == nil)
    }

    @Test("is in a picture that moves and shows its time")
    func moves() throws {
        let size = try #require(PictureSize(width: 640, height: 360))
        let painter = TestPicture(size: size, frameRate: 30)
        func fingerprint(_ index: Int) throws -> [UInt8] {
            var picture = try Picture(blank: size)
            painter.paint(frame: index, time: 0, into: &picture)
            return picture.withPlanes { y, u, v in
                [y, u, v].flatMap { plane in (0..<plane.height).flatMap { Array(plane[row: $0]) } }
            }
        }
        let pictures = try (0..<4).map(fingerprint)
        #expect(Set(pictures).count == 4)
        #expect(try fingerprint(2) == pictures[2])
        #expect(pictures[0].allSatisfy { (16...240).contains($0) })
    }
}
