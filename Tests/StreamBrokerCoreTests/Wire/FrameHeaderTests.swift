import StreamBrokerCore
import Testing

@Suite struct FrameHeaderTests {
    @Test func hasTheDocumentedLayout() throws {
        let frame = try Frame(
            image: TestImages.webp(),
            captureTime: UnixMicroseconds(0x0102_0304_0506_0708),
            sequence: 9
        )
        var header = FrameHeader(frame, streamIndex: 0x0A0B, isReplay: true)
        header.arrivalTime = UnixMicroseconds(0x1112_1314_1516_1718)
        #expect(
            header.bytes == [
                0x53, 0x42, 0x46, 0x31, 1, 3, 0x0A, 0x0B,
                0, 0, 0, 0, 0, 0, 0, 9,
                1, 2, 3, 4, 5, 6, 7, 8,
                0x11, 0x12, 0x13, 0x14, 0x15, 0x16, 0x17, 0x18,
            ]
        )
    }

    @Test func readsWhatItWrites() throws {
        let frame = try Frame(image: TestImages.png(width: 3, height: 4), sequence: .max)
        let header = FrameHeader(frame, streamIndex: .max)
        let parsed = try #require(FrameHeader(parsing: header.bytes + frame.payload))
        #expect(parsed == header)
        #expect(parsed.captureTime == nil)
    }

    @Test func refusesOtherBytes() {
        #expect(FrameHeader(parsing: [UInt8](repeating: 0, count: 32)) == nil)
        #expect(FrameHeader(parsing: Array("SBF1".utf8)) == nil)
        #expect(FrameHeader(parsing: Array("SBF1".utf8) + [99] + [UInt8](repeating: 0, count: 27)) == nil)
    }
}
