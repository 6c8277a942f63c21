import LoopbackCamera
import NIOCore
import Testing

/// Values that describe the stream, without a socket.
@Suite struct StreamValuesTests {
    /// RFC 3550, section 6.4.1, and section 6.5 for the description behind it.
    @Test func aSenderReportIsACompoundPacket() {
        var buffer = ByteBuffer()
        // Half a second after 1970 began.
        SenderReport(source: 0x0102_0304, time: 500_000, rtpTimestamp: 90000, packets: 3, octets: 300).write(
            into: &buffer
        )
        let bytes = Array(buffer.readableBytesView)
        #expect(bytes.count == 48)
        #expect(bytes[0..<8] == [0x80, 200, 0, 6, 1, 2, 3, 4])
        // 2,208,988,800 s from 1900 on, and one half of 2^32.
        #expect(bytes[8..<16] == [0x83, 0xAA, 0x7E, 0x80, 0x80, 0, 0, 0])
        #expect(bytes[16..<28] == [0, 1, 0x5F, 0x90, 0, 0, 0, 3, 0, 0, 1, 0x2C])
        #expect(bytes[28..<36] == [0x81, 202, 0, 4, 1, 2, 3, 4])
        // Each length field counts words after the first.
        #expect((Int(bytes[3]) + 1 + Int(bytes[31]) + 1) * 4 == bytes.count)
    }

    @Test func aLoopedClipsTimestampsGoOnRising() {
        var timeline = LoopedTimeline()
        var decode: [Int64] = []
        var presentation: [Int64] = []
        for _ in 0..<3 {
            // Starts at 500, two frames reordered, no durations.
            for (dts, pts) in [(500, 600), (600, 800), (700, 700)] as [(Int64, Int64)] {
                let placed = timeline.place(decode: dts, presentation: pts, duration: 0)
                decode.append(placed.decode)
                presentation.append(placed.presentation)
            }
            timeline.wrap()
        }
        #expect(decode == [0, 100, 200, 300, 400, 500, 600, 700, 800])
        #expect(presentation == [100, 300, 200, 400, 600, 500, 700, 900, 800])
    }

    @Test func aClipOfOneFrameStillGoesOn() {
        var timeline = LoopedTimeline()
        let times = (0..<3).map { _ in
            defer { timeline.wrap() }
            return timeline.place(decode: 7, presentation: 7, duration: 0).decode
        }
        #expect(times == [0, 1, 2])
    }

    @Test func theMediaSectionIsTakenOutOfADescription() {
        let description = SessionDescription(
            mediaOf: "v=0\r\ns=x\r\nm=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\na=control:streamid=0\r\n"
        )
        #expect(description.media == ["m=video 0 RTP/AVP 96", "a=rtpmap:96 H264/90000"])
        let text = description.text(identifier: 5, host: "127.0.0.1")
        #expect(text.hasPrefix("v=0\r\no=- 5 1 IN IP4 127.0.0.1\r\n"))
        #expect(text.hasSuffix("a=rtpmap:96 H264/90000\r\na=control:trackID=0\r\n"))
        #expect(description.text(identifier: 5, host: "::1").contains("IN IP6 ::1\r\n"))
    }
}
