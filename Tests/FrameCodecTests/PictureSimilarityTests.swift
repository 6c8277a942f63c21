import CLibAV
import FrameCodec
import Testing

@Suite struct PictureSimilarityTests {
    private func noisy(_ size: PictureSize, seed: UInt64, by amount: Int) throws -> Picture {
        var base = SeededGenerator(seed: 1)
        var noise = SeededGenerator(seed: seed)
        var picture = try Picture(blank: size)
        try picture.withMutablePlanes { y, u, v in
            for plane in [y, u, v] {
                for row in 0..<plane.height {
                    for column in 0..<plane.width {
                        let value = Int.random(in: 20...200, using: &base)
                        plane[row: row][column] = UInt8(value + Int.random(in: -amount...amount, using: &noise))
                    }
                }
            }
        }
        return picture
    }

    @Test(arguments: [(1, 1), (15, 9), (16, 16), (17, 33), (320, 180), (1918, 1078)])
    func theSameSamplesAreIdenticalWhereverTheyLie(width: Int, height: Int) throws {
        let size = try #require(PictureSize(width: width, height: height))
        let one = try noisy(size, seed: 2, by: 0)
        let other = try noisy(size, seed: 3, by: 0)
        let result1 = one.similarity(to: other, threshold: 0)
        #expect(result1 == .identical)
        let result2 = one.similarity(to: other, threshold: 3)
        #expect(result2 == .identical)
        let result3 = one.hasSameSamples(as: other)
        #expect(result3)
        let result4 = one.similarity(to: one, threshold: 0)
        #expect(result4 == .identical)
    }

    /// Every sample counts, the last of each plane too.
    @Test(arguments: [(15, 9), (17, 33), (322, 182)])
    func oneSampleIsADifference(width: Int, height: Int) throws {
        let size = try #require(PictureSize(width: width, height: height))
        let one = try noisy(size, seed: 2, by: 0)
        for plane in 0..<3 {
            for isLast in [false, true] {
                var other = try noisy(size, seed: 2, by: 0)
                try other.withMutablePlanes { y, u, v in
                    let plane = [y, u, v][plane]
                    plane[row: isLast ? plane.height - 1 : 0][isLast ? plane.width - 1 : 0] ^= 1
                }
                let result5 = one.similarity(to: other, threshold: 0)
                #expect(result5 == .different)
                let result6 = one.hasSameSamples(as: other)
                #expect(!result6)
                let result7 = one.similarity(to: other, threshold: 1)
                #expect(width <= 16 || result7 == .similar)
            }
        }
    }

    @Test func noiseIsNoChangeAndASmallThingThatMovesIs() throws {
        let size = try #require(PictureSize(width: 640, height: 360))
        let one = try noisy(size, seed: 2, by: 3)
        let result8 = one.similarity(to: try noisy(size, seed: 3, by: 3), threshold: 3)
        #expect(result8 == .similar)
        var other = try noisy(size, seed: 3, by: 3)
        // 8 by 8 pixels that are 50 brighter: a hand, far away.
        try other.withMutablePlanes { y, _, _ in
            for row in 203..<211 { for column in 301..<309 { y[row: row][column] += 50 } }
        }
        let result9 = one.similarity(to: other, threshold: 3)
        #expect(result9 == .different)
        var lamp = try noisy(size, seed: 3, by: 3)
        try lamp.withMutablePlanes { _, u, _ in
            for row in 100..<106 { for column in 200..<206 { u[row: row][column] += 50 } }
        }
        let result10 = one.similarity(to: lamp, threshold: 3)
        #expect(result10 == .different)
    }

    /// The sums agree with those of a reference without any vector.
    @Test func sumsAreExactAtEveryThreshold() throws {
        let size = try #require(PictureSize(width: 48, height: 32))
        let one = try noisy(size, seed: 2, by: 9)
        let other = try noisy(size, seed: 3, by: 9)
        var largest = 0
        one.withPlanes { y, u, v in
            other.withPlanes { otherY, otherU, otherV in
                for (plane, other) in [(y, otherY), (u, otherU), (v, otherV)] {
                    for top in Set(stride(from: 0, to: plane.height, by: 16).map { min($0, plane.height - 16) }) {
                        for left in Set(stride(from: 0, to: plane.width, by: 16).map { min($0, plane.width - 16) }) {
                            var sum = 0
                            for row in top..<top + 16 {
                                for column in left..<left + 16 {
                                    sum += abs(Int(plane[row: row][column]) - Int(other[row: row][column]))
                                }
                            }
                            largest = max(largest, sum)
                        }
                    }
                }
            }
        }
        for threshold in 0...20 {
            let isDifferent = one.similarity(to: other, threshold: threshold) == .different
            #expect(isDifferent == (largest > threshold * 256), "threshold \(threshold), largest \(largest)")
        }
    }

    @Test func pictureOfAnotherKindIsDifferent() throws {
        let size = try #require(PictureSize(width: 64, height: 64))
        let one = try Picture(blank: size)
        let lower = try Picture(blank: try #require(PictureSize(width: 64, height: 62)))
        let comparison = one.similarity(to: lower, threshold: 255)
        #expect(comparison == .different)
        let full = try Picture(blank: size, colorDescription: .init(matrix: .bt601, range: .full))
        let result11 = one.similarity(to: full, threshold: 255)
        #expect(result11 == .different)
    }

    @Test func packedAndDeepFormatsAreComparedToo() throws {
        let size = try #require(PictureSize(width: 40, height: 20))
        for format in [AV_PIX_FMT_YUV422P, AV_PIX_FMT_YUV420P10LE, AV_PIX_FMT_NV12, AV_PIX_FMT_RGB24] {
            let one = try RawFrame.picture(format, size) { x, y in (UInt8(x), UInt8(y), 9) }
            let same = try RawFrame.picture(format, size) { x, y in (UInt8(x), UInt8(y), 9) }
            let other = try RawFrame.picture(format, size) { x, y in (UInt8(x), UInt8(y), x == 39 && y == 19 ? 250 : 9)
            }
            let result12 = one.similarity(to: same, threshold: 0)
            #expect(result12 == .identical)
            let result13 = one.similarity(to: other, threshold: 0)
            #expect(result13 == .different)
        }
    }
}
