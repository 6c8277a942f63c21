import RTSPCapture
import Testing

@Suite("Source addresses")
struct SourceURLTests {
    private static let canary = "c4n4ry"

    @Test(
        "are read as what they name",
        arguments: [
            ("rtsp://cam/live", SourceURL.Kind.rtsp), ("RTSP://cam", .rtsp), ("rtsps://cam:322/x", .rtsps),
            ("http://cam/video.mjpg", .http), ("https://cam:8443/", .http), ("clip.mp4", .file),
            ("/tmp/a:b@c.mp4", .file),
            ("file:///tmp/a%20b.mp4", .file), ("file://localhost/tmp/a.mp4", .file), ("test:", .test),
            ("test:size=640x360,rate=15", .test),
        ]
    )
    func kinds(text: String, kind: SourceURL.Kind) throws {
        #expect(try SourceURL(text).kind == kind)
    }

    @Test(
        "give libavformat user name and password in a form that it decodes to the same",
        arguments: [
            ("rtsp://cam/live", "rtsp://cam/live"),
            ("rtsp://u:p@cam:8554/live?x=1", "rtsp://u:p@cam:8554/live?x=1"),
            ("rtsp://u:p@s:s@cam/live", "rtsp://u:p%40s%3As@cam/live"),
            ("rtsp://u:p%40s%2Fs@cam/live", "rtsp://u:p%40s%2Fs@cam/live"),
            ("rtsp://u:pa/ss@cam:554/live", "rtsp://u:pa%2Fss@cam:554/live"),
            ("rtsp://u:50%off@cam/", "rtsp://u:50%25off@cam/"),
            ("rtsp://u@cam/", "rtsp://u:@cam/"),
            ("rtsp://ü:ß@cam/", "rtsp://%C3%BC:%C3%9F@cam/"),
            ("rtsp://u:p@[fe80::1]:554/a b", "rtsp://u:p@[fe80::1]:554/a%20b"),
            ("rtsp://CAM.local/Live#part", "rtsp://cam.local/Live"),
        ]
    )
    func secretURLs(text: String, expected: String) throws {
        #expect(try SourceURL(text).secretURL == expected)
    }

    @Test(
        "that make no sense are refused with a hint that names test:, and never quote a secret",
        arguments: [
            "", "rtsp://", "rtsp:/cam", "rtsp:cam", "rtsp://u:c4n4ry@", "rtsp://u:c4n4ry@/live",
            "rtsp://u:c4n4ry@cam:99999/",
            "rtsp://u:c4n4ry@cam:port/", "rtsp://u:c4n4ry@c am/", "ftp://u:c4n4ry@cam/",
            "udp://u:c4n4ry@239.0.0.1:5000",
            "rtsp://u:c4n4ry@::1/", "rtsp://u:12/c4n4ry@cam/live", "rtsp://u:c4n@ry/c4n4ry@cam/live",
            "rtsp://u:c4n4ry\r\nX@cam/", "rtsp://u:c4n4ry%0d%0aX@cam/",
            "rtsp://u:\(String(repeating: "c4n4ry", count: 30))@cam/",
            "file://u:c4n4ry@host/x", "rtsp:u:c4n4ry@cam/live", "test:size=1x1", "test:size=640", "test:rate=0",
            "test:colour=red",
        ]
    )
    func nonsense(text: String) throws {
        let error = try #require(throws: CaptureError.self) { try SourceURL(text) }
        #expect(error.code == .invalidURL)
        #expect(error.isPermanent)
        #expect(error.message.contains("`test:`"))
        #expect(!"\(error) \(String(reflecting: error))".contains(Self.canary))
    }

    @Test(
        "print themselves without user name, password and secret parameters",
        arguments: [
            ("rtsp://c4n4ry:c4n4ry@cam:554/live", "rtsp://***@cam:554/live"),
            ("rtsp://u:c4n4ry%40c4n4ry@cam/live", "rtsp://***@cam/live"),
            ("rtsp://u:a/c4n4ry@cam/live", "rtsp://***@cam/live"),
            ("http://cam/v.mjpg?user=u&password=c4n4ry&ch=1", "http://cam/v.mjpg?user=u&password=***&ch=1"),
            ("rtsp://cam/user=u_Password=c4n4ry/x", "rtsp://cam/user=u_Password=***/x"),
            ("http://cam/v?access_token=c4n4ry", "http://cam/v?access_token=***"),
            ("user:c4n4ry@cam/live", "user:***@cam/live"),
        ]
    )
    func redaction(text: String, expected: String) throws {
        let source = try SourceURL(text)
        #expect(source.description == expected)
        var dumped = ""
        dump(source, to: &dumped)
        dump(Optional([source]), to: &dumped)
        for shown in [
            "\(source)", String(reflecting: source), "\([source])", dumped, "\(CaptureConfiguration(source: source))",
        ] {
            #expect(!shown.contains(Self.canary), "\(shown)")
        }
    }

    @Test("of a test picture say its size and rate")
    func testPicture() throws {
        #expect(try SourceURL("test:").description == "test:size=1280x720,rate=30")
        #expect(try SourceURL("test:rate=5,size=640x360").description == "test:size=640x360,rate=5")
        #expect(try SourceURL("test:") == .testPicture())
    }
}
