import CLibAV
import FrameCodec
import PictureQuality
import Testing

@Suite struct JPEGFileTests {
    private func size(_ bytes: [UInt8]) -> PictureSize? {
        bytes.withUnsafeBufferPointer { JPEGFile.size(of: $0) }
    }

    /// The first picture of a camera's clip.
    private func file() throws -> [UInt8] {
        var reader = try ClipReader(path: Media.path("vtest-720p.mjpeg.mkv"))
        let packet = try unwrap(reader.next())
        return Array(UnsafeBufferPointer(start: packet.pointer.pointee.data, count: packet.byteCount))
    }

    @Test func aWholeFileHasASize() throws {
        let file = try file()
        #expect(size(file) == PictureSize(width: 1280, height: 720))
        #expect(size(file + [0, 0, 0xFF, 0]) == PictureSize(width: 1280, height: 720), "padded, as cameras do it")
    }

    @Test func aFileThatIsCutAnywhereHasNone() throws {
        let file = try file()
        for count in Array(0..<700) + Array(stride(from: 700, to: file.count - 2, by: 997)) + [
            file.count - 2, file.count - 1,
        ] {
            #expect(size(Array(file.prefix(count))) == nil, "after \(count) bytes")
        }
    }

    @Test func aFileWithoutItsTablesHasNone() throws {
        var file = try file()
        while let tables = (0..<file.count - 4).first(where: { file[$0] == 0xFF && file[$0 + 1] == 0xC4 }) {
            file.removeSubrange(tables..<tables + 2 + Int(file[tables + 2]) << 8 + Int(file[tables + 3]))
        }
        #expect(size(file) == nil)
    }

    /// Whatever it is, it is read within its bounds.
    @Test func damagedHeadersDoNoHarm() throws {
        let file = Array(try file().prefix(800)) + [0xFF, 0xD9]
        var generator = SeededGenerator(seed: 5)
        var sizes = 0
        for _ in 0..<20_000 {
            var damaged = file
            for _ in 0..<Int.random(in: 1...4, using: &generator) {
                damaged[Int.random(in: 0..<damaged.count, using: &generator)] = UInt8.random(
                    in: 0...255,
                    using: &generator
                )
            }
            if size(damaged) != nil { sizes += 1 }
        }
        #expect(sizes > 0)
        #expect(size([]) == nil)
        #expect(size([0xFF, 0xD8, 0xFF, 0xD9]) == nil)
        #expect(size([UInt8](repeating: 0xFF, count: 1000)) == nil)
        #expect(size([0xFF, 0xD8, 0xFF, 0xC4, 0, 2, 0xFF, 0xDA, 0xFF, 0xD9]) == nil, "without a frame header")
    }
}
