import FrameCodec
import RTSPCapture
import Testing

@Suite("Streams that a source offers")
struct OfferedStreamTests {
    @Test("are read from a session description")
    func description() {
        let streams = OfferedStream.all(
            in: "v=0\r\nm=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\na=framerate:25.0\r\n"
                + "m=audio 0 RTP/AVP 8\r\nm=application 0 RTP/AVP 107\r\na=rtpmap:107 vnd.onvif.metadata/90000\r\n"
        )
        #expect(
            streams == [
                OfferedStream(kind: "video", codec: "H264", clockRate: 90_000, declaredFramesPerSecond: 25),
                OfferedStream(kind: "audio", codec: "PCMA", clockRate: 8_000),
                OfferedStream(kind: "application", codec: "vnd.onvif.metadata", clockRate: 90_000),
            ]
        )
    }

    @Test("bring nothing to a terminal but letters, and not without end")
    func hostile() {
        let hostile = OfferedStream.all(
            in: "m=vid\u{1B}[31meo 0 RTP/AVP 96\na=rtpmap:96 \u{1B}]0;x\u{7}/nan\na=framerate:inf\n"
                + String(repeating: "m=\n", count: 1_000)
        )
        #expect(hostile.count == OfferedStream.mostStreams)
        #expect(hostile[0] == OfferedStream(kind: "vid31meo", codec: "0x"))
    }

    @Test("have levels as people write them")
    func levels() {
        #expect(VideoLevel.text(31, of: .h264) == "3.1")
        #expect(VideoLevel.text(40, of: .h264) == "4")
        #expect(VideoLevel.text(9, of: .h264) == "1b")
        #expect(VideoLevel.text(93, of: .hevc) == "3.1")
        #expect(VideoLevel.text(Int.max, of: .h264) == nil)
        #expect(VideoLevel.text(1, of: .mjpeg) == nil)
    }
}
