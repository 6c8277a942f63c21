import StreamBrokerKit
import Testing

/// Requests as no well-behaved client sends them, and the answers of the wire protocol.
@Suite struct HTTPRequestTests {
    struct Malformed: Sendable {
        var name: String
        var request: String
        var status: Int

        init(_ name: String, _ request: String, _ status: Int) {
            self.name = name
            self.request = request
            self.status = status
        }
    }

    static let malformed: [Malformed] = [
        Malformed("no Host", "GET /health HTTP/1.1\r\n\r\n", 400),
        Malformed("two Hosts", "GET /health HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400),
        Malformed("a Host with a path", "GET /health HTTP/1.1\r\nHost: a/b\r\n\r\n", 400),
        Malformed("an absolute target", "GET http://x/health HTTP/1.1\r\nHost: a\r\n\r\n", 400),
        Malformed("no HTTP", "hello\r\n\r\n", 400),
        Malformed(
            "both lengths",
            "POST /ingest/a HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
            400
        ),
        Malformed("a signed length", "POST /ingest/a HTTP/1.1\r\nHost: a\r\nContent-Length: +5\r\n\r\nhello", 400),
        Malformed(
            "a hexadecimal length",
            "POST /ingest/a HTTP/1.1\r\nHost: a\r\nContent-Length: 0x10\r\n\r\nhello",
            400
        ),
        Malformed(
            "a length of 2^64",
            "POST /ingest/a HTTP/1.1\r\nHost: a\r\nContent-Length: 18446744073709551616\r\n\r\n",
            400
        ),
        Malformed("a large length", "POST /ingest/a HTTP/1.1\r\nHost: a\r\nContent-Length: 8388609\r\n\r\n", 413),
        Malformed("a wrong method", "DELETE /ingest/a HTTP/1.1\r\nHost: a\r\n\r\n", 405),
        Malformed("another case of a method", "post /ingest/a HTTP/1.1\r\nHost: a\r\n\r\n", 400),
        Malformed("another case of a path", "POST /INGEST/a HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n", 404),
        Malformed("an unknown path", "GET /nothing HTTP/1.1\r\nHost: a\r\n\r\n", 404),
        Malformed("a bad id", "POST /ingest/..%2f HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n", 400),
        Malformed("an empty body", "POST /ingest/a HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n", 400),
        Malformed("no image", "POST /ingest/a HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello", 415),
        Malformed(
            "a bad capture time",
            "POST /ingest/a HTTP/1.1\r\nHost: a\r\nX-Capture-Time-Us: x\r\nContent-Length: 5\r\n\r\nhello",
            400
        ),
        Malformed(
            "a bad sequence",
            "POST /ingest/a HTTP/1.1\r\nHost: a\r\nX-Frame-Sequence: -1\r\nContent-Length: 5\r\n\r\nhello",
            400
        ),
        Malformed("a long target", "GET /\(String(repeating: "a", count: 9_000)) HTTP/1.1\r\nHost: a\r\n\r\n", 414),
        Malformed(
            "large fields",
            "GET / HTTP/1.1\r\nHost: a\r\nX: \(String(repeating: "a", count: 17_000))\r\n\r\n",
            431
        ),
        Malformed("many fields", "GET / HTTP/1.1\r\nHost: a\r\n\(String(repeating: "X: y\r\n", count: 101))\r\n", 431),
        Malformed("no upgrade", "GET /ws/a HTTP/1.1\r\nHost: a\r\n\r\n", 426),
        Malformed("a plain viewer of many", upgrade("/ws?streams=a,b"), 400),
        Malformed("version 12", upgrade("/ws/a", version: "12"), 426),
        Malformed("no key", upgrade("/ws/a", key: nil), 400),
        Malformed("a short key", upgrade("/ws/a", key: "AAAA"), 400),
        Malformed("an upgrade of HTTP/1.0", upgrade("/ws/a").replacing("HTTP/1.1", with: "HTTP/1.0"), 426),
        Malformed("an upgrade of POST", upgrade("/ws/a").replacing("GET", with: "POST"), 405),
        Malformed("a bad rate", upgrade("/ws/a?fps=0"), 400),
        Malformed("a viewer of a bad id", upgrade("/ws/%2e%2e"), 400),
    ]

    static func upgrade(_ target: String, version: String = "13", key: String? = "AAAAAAAAAAAAAAAAAAAAAA==") -> String {
        let keyLine = key.map { "Sec-WebSocket-Key: \($0)\r\n" } ?? ""
        return "GET \(target) HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
            + "Sec-WebSocket-Version: \(version)\r\n\(keyLine)\r\n"
    }

    @Test func malformedRequestsAreRefusedWithAReason() async throws {
        try await withRunningBroker { broker, port in
            for malformed in Self.malformed {
                let reply = try await RawConnection.exchange(port: port, malformed.request) { bytes in
                    String(decoding: bytes, as: UTF8.self).range(of: "\"hint\"") != nil
                }
                #expect(reply.status == malformed.status, "\(malformed.name): \(reply.text.prefix(200))")
                #expect(reply.body.hasPrefix(#"{"error":""#), "\(malformed.name): \(reply.body)")
            }
            #expect(broker.activeStreamCount == 0, "a refused request makes no stream")
        }
    }

    @Test func a413ComesBeforeTheBody() async throws {
        try await withRunningBroker { _, port in
            let head = "POST /ingest/a HTTP/1.1\r\nHost: a\r\nContent-Length: 100000000\r\n\r\n"
            // No body follows: the answer must not wait for one, and the connection must end.
            let reply = try await RawConnection.exchange(port: port, head)
            #expect(reply.status == 413)
        }
    }

    @Test func aChunkedBodyAboveTheLimitIsRefused() async throws {
        try await withRunningBroker(configure: { configuration, _ in configuration.limits.maximumFrameBytes = 1_000 }) {
            _,
            port in
            let head = "POST /ingest/a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
            let chunk = "200\r\n\(String(repeating: "x", count: 512))\r\n"
            let reply = try await RawConnection.exchange(port: port, head + chunk + chunk)
            #expect(reply.status == 413)
        }
    }

    @Test func anExpectedContinueIsGiven() async throws {
        try await withRunningBroker { _, port in
            let image = TestFrames.webp()
            let head =
                "POST /ingest/a HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: \(image.count)\r\n\r\n"
            let reply = try await RawConnection.exchange(port: port, [Array(head.utf8), image]) { bytes in
                String(decoding: bytes, as: UTF8.self).range(of: "subscribers") != nil
            }
            #expect(reply.text.hasPrefix("HTTP/1.1 100 Continue\r\n"))
            #expect(reply.text.range(of: "HTTP/1.1 202 Accepted") != nil)
        }
    }

    @Test func pipelinedRequestsAreAnsweredInOrder() async throws {
        try await withRunningBroker { _, port in
            let image = TestFrames.webp()
            let post =
                Array("POST /ingest/a HTTP/1.1\r\nHost: a\r\nContent-Length: \(image.count)\r\n\r\n".utf8) + image
            let last = Array("GET /livez HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n".utf8)
            let reply = try await RawConnection.exchange(port: port, [post + post + post + last])
            let first = reply.text.range(of: #""sequence":1"#)
            let third = reply.text.range(of: #""sequence":3"#)
            let end = reply.text.range(of: #"{"status":"ok"}"#)
            #expect(try #require(first).upperBound <= #require(third).lowerBound)
            #expect(try #require(third).upperBound <= #require(end).lowerBound)
        }
    }

    @Test func aSlowHeadAndASlowBodyEndWith408() async throws {
        try await withRunningBroker(configure: { configuration, _ in
            configuration.limits.headTimeout = .milliseconds(300)
            configuration.limits.bodyTimeout = .milliseconds(300)
        }) { _, port in
            let slowHead = try await RawConnection.exchange(port: port, "GET /health HT")
            #expect(slowHead.status == 408)
            let post = "POST /ingest/a HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nRIFF"
            let slowBody = try await RawConnection.exchange(port: port, post)
            #expect(slowBody.status == 408)
        }
    }

    @Test func aConnectionAboveTheLimitIsRefused() async throws {
        try await withRunningBroker(configure: { configuration, _ in configuration.maximumConnections = 0 }) {
            _,
            port in
            let reply = try await RawConnection.exchange(port: port, "GET /livez HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(reply.status == 429)
        }
    }
}
