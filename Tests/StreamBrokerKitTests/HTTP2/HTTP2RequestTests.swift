import NIOCore
import NIOHTTP1
import StreamBrokerKit
import Testing

/// The same answers over HTTP/2 as over HTTP/1.1.
@Suite struct HTTP2RequestTests {
    func expect(_ expected: Int, _ found: Int?, sourceLocation: SourceLocation = #_sourceLocation) {
        #expect(found == expected, sourceLocation: sourceLocation)
    }

    @Test func aFrameIsPostedAndReadBack() async throws {
        try await withRunningBroker { broker, port in
            try await HTTP2TestClient.run(port: port) { client in
                for number in [UInt32(1), 2] {
                    let image = TestFrames.webp(number: number, byteCount: 500_000)
                    let answer = try await client.send(.POST, "/ingest/a", body: image)
                    #expect(answer.status == 202 && answer.text.range(of: "\"sequence\":\(number)") != nil)
                    let snapshot = try await client.send(.GET, "/snapshot/a")
                    #expect(snapshot.status == 200 && snapshot.body == image)
                    #expect(snapshot.headers["content-type"] == ["image/webp"])
                }
                let head = try await client.send(.HEAD, "/snapshot/a")
                #expect(head.status == 200 && head.body.isEmpty && head.headers["content-length"] == ["500000"])
            }
            #expect(broker.activeStreamCount == 1)
        }
    }

    @Test func requestsBesideEachOtherAreAllAnswered() async throws {
        try await withRunningBroker { _, port in
            try await HTTP2TestClient.run(port: port) { client in
                try await withThrowingTaskGroup(of: Int.self) { group in
                    for number in 1...90 {
                        group.addTask {
                            try await client.send(
                                .POST,
                                "/ingest/s\(number)",
                                body: TestFrames.webp(number: UInt32(number), byteCount: 50_000)
                            ).status
                        }
                    }
                    for try await status in group { #expect(status == 202) }
                }
            }
        }
    }

    @Test func refusalsAreTheSame() async throws {
        try await withRunningBroker { broker, port in
            try await HTTP2TestClient.run(port: port) { client in
                let manyFields = (0..<101).map { ("x-\($0)", "y") }
                try await expect(404, client.send(.GET, "/nothing").status)
                try await expect(405, client.send(.DELETE, "/ingest/a").status)
                try await expect(400, client.send(.POST, "/ingest/..%2f").status)
                try await expect(415, client.send(.POST, "/ingest/a", body: Array("hello".utf8)).status)
                try await expect(414, client.send(.GET, "/" + String(repeating: "a", count: 9_000)).status)
                try await expect(431, client.send(.GET, "/health", headers: manyFields).status)
                try await expect(426, client.send(.GET, "/ws/a").status)
                let last = try await client.send(.GET, "/livez")
                #expect(last.status == 200, "the connection has outlived them all")
                #expect(last.headers["connection"].isEmpty)
            }
            #expect(broker.activeStreamCount == 0)
        }
    }

    @Test func a413ComesBeforeTheBody() async throws {
        try await withRunningBroker { _, port in
            try await HTTP2TestClient.run(port: port) { client in
                let length = [("content-length", "100000000")]
                let answer = try await client.send(.POST, "/ingest/a", headers: length, endsBody: false)
                #expect(answer.status == 413)
                try await expect(200, client.send(.GET, "/livez").status)
            }
        }
    }

    @Test func aBodyThatNeverComesEndsWith408() async throws {
        try await withRunningBroker(configure: { configuration, _ in
            configuration.limits.bodyTimeout = .milliseconds(300)
        }) { _, port in
            try await HTTP2TestClient.run(port: port) { client in
                try await expect(408, client.send(.POST, "/ingest/a", endsBody: false).status)
                try await expect(200, client.send(.GET, "/livez").status)
            }
        }
    }

    @Test func aConnectionThatDoesNothingIsClosed() async throws {
        try await withRunningBroker(configure: { configuration, _ in
            configuration.limits.idleTimeout = .milliseconds(300)
        }) { _, port in
            try await HTTP2TestClient.run(port: port) { client in
                try await expect(200, client.send(.GET, "/livez").status)
                try await client.connection.closeFuture.get()
            }
        }
    }

    @Test func aConnectionWithoutARequestIsClosed() async throws {
        try await withRunningBroker(configure: { configuration, _ in
            configuration.limits.headTimeout = .milliseconds(300)
        }) { _, port in
            try await HTTP2TestClient.run(port: port) { try await $0.connection.closeFuture.get() }
        }
    }

    @Test func thePrefaceMayComeInPieces() async throws {
        let preface = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8) + HTTP2FrameHeadersTests.frame(4, [])
        // A ping: its answer proves that it is HTTP/2 that was understood.
        var ping = HTTP2FrameHeadersTests.frame(6, [1, 2, 3, 4, 5, 6, 7, 8])
        ping[8] = 0
        var settings = preface
        settings[preface.count - 1] = 0
        let bytes = settings + ping
        try await withRunningBroker { _, port in
            for cut in stride(from: 1, to: bytes.count, by: 5) {
                let pieces = [Array(bytes[..<cut]), Array(bytes[cut...])]
                let reply = try await RawConnection.exchange(port: port, pieces) { received in
                    received.suffix(8).elementsEqual([1, 2, 3, 4, 5, 6, 7, 8])
                }
                #expect(reply.bytes.count > 9 && reply.bytes[3] == 4, "settings come first")
                #expect(reply.bytes.suffix(8).elementsEqual([1, 2, 3, 4, 5, 6, 7, 8]), "cut at \(cut)")
            }
        }
    }

    @Test func http1IsWhatItWasHoweverItIsCut() async throws {
        try await withRunningBroker { _, port in
            let image = TestFrames.webp()
            let post = Array(
                "POST /ingest/a HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: \(image.count)\r\n\r\n".utf8
            )
            for cut in 1...6 {
                let pieces = [Array(post[..<cut]), Array(post[cut...]) + image]
                try await expect(202, RawConnection.exchange(port: port, pieces).status)
            }
            let almost = "PRI * HTTP/2.0\r\n\r\nSM\r\n\rx"
            try await expect(400, RawConnection.exchange(port: port, almost).status)
        }
    }
}
