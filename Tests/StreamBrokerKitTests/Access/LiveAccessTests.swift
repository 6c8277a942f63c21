import Logging
import NIOCore
import StreamBrokerKit
import Testing

@Suite("Rights that end while somebody watches", .timeLimit(.minutes(1)))
struct LiveAccessTests {
    /// How long it may take until a viewer is told.
    private static let limit: Duration = .seconds(1)

    private func frame(_ number: UInt32) throws -> Frame { try Frame(image: TestFrames.webp(number: number)) }

    /// The code and the reason of the close frame, and how long after `start` it came.
    private static func end(
        _ reader: inout WebSocketTestClient.MessageReader,
        since start: ContinuousClock.Instant
    ) async throws -> (code: UInt16?, reason: String, after: Duration) {
        while let message = try await reader.next() {
            if let code = message.closeCode {
                return (code, String(decoding: message.payload.dropFirst(2), as: UTF8.self), start.duration(to: .now))
            }
        }
        return (nil, "", start.duration(to: .now))
    }

    @Test(
        "A token that is taken back ends its WebSockets within a second, and nobody else's",
        arguments: ["/ws/a", "/ws?streams=a"]
    )
    func revocation(path: String) async throws {
        let policy = try TestTokens.policy()
        try await withServer(access: policy) { server, broker, port in
            let channel = try broker.channel("a")
            try channel.publish(frame(1))
            var with = policy
            with.tokens.append(try TestTokens.token(TestTokens.unknown, [.view], "a"))
            server.replaceAccess(with)
            let changed = with
            try await WebSocketTestClient.run(port: port, "/ws/a?token=\(TestTokens.viewA)") { _, other in
                _ = try await other.next()
                let mark = path.contains("?") ? "&" : "?"
                let end = try await WebSocketTestClient.run(port: port, "\(path)\(mark)token=\(TestTokens.unknown)") {
                    _,
                    reader in
                    // The first frame: the viewer is there.
                    while let message = try await reader.next(), message.opcode != .binary {}
                    var without = changed
                    without.tokens.removeLast()
                    server.replaceAccess(without)
                    return try await Self.end(&reader, since: .now)
                }
                #expect(end.code == 1008 && end.reason == "the token is not valid")
                #expect(end.after < Self.limit)
                try channel.publish(frame(2))
                #expect(try await other.nextButRoundTripPings()?.opcode == .binary)
            }
            let again = try await TestRequest.webSocket(path).withQuery(token: TestTokens.unknown).send(port)
            #expect(again.status == 401)
        }
    }

    @Test("A link that expires ends its WebSocket within a second")
    func expiry() async throws {
        var policy = AccessPolicy()
        let secret = try LinkSecret("a-link-secret-0123456789abcdef")
        policy.linkSecret = secret
        try await withServer(access: policy) { _, broker, port in
            try broker.channel("a").publish(frame(1))
            // Links end at whole seconds: between one and two from now.
            let expiry = (broker.currentTime.rawValue / 1_000_000 + 2) * 1_000_000
            let token = secret.token(for: try StreamPattern("a"), until: UnixMicroseconds(expiry))
            let code = try await WebSocketTestClient.run(port: port, "/ws/a?token=\(token)") { _, reader in
                #expect(try await reader.next()?.opcode == .binary)
                let end = try await Self.end(&reader, since: .now)
                #expect(end.reason == "the token has expired")
                return end.code
            }
            #expect(code == 1008)
            let late = broker.currentTime.rawValue - expiry
            #expect(late >= 0 && late < 1_000_000, "\(late) µs after its time")
        }
    }

    @Test("A multipart stream ends with the right to it")
    func multipart() async throws {
        let policy = try TestTokens.policy()
        try await withServer(access: policy) { server, broker, port in
            try broker.channel("a").publish(frame(1))
            let isThere = Latch(count: 1)
            async let reply = RawConnection.exchange(
                port: port,
                "GET /multipart/a?token=\(TestTokens.viewA) HTTP/1.1\r\nHost: a\r\n\r\n"
            ) { bytes in
                if bytes.count > 300 { isThere.arrive() }
                return false
            }
            await isThere.wait()
            let start = ContinuousClock.now
            server.replaceAccess(AccessPolicy())
            #expect(try await reply.status == 200)
            #expect(start.duration(to: .now) < Self.limit)
        }
    }

    @Test("A snapshot that is waited for is not given to whom it is not for any more")
    func snapshot() async throws {
        let policy = try TestTokens.policy()
        try await withServer(access: policy) { server, broker, port in
            let channel = try broker.channel("a")
            async let reply = TestRequest(target: "/snapshot/a?wait=next").withQuery(token: TestTokens.viewA).send(port)
            let counts = channel.subscriberCounts
            _ = await counts.first { $0 > 0 }
            server.replaceAccess(AccessPolicy())
            try channel.publish(frame(1))
            #expect(try await reply.status == 401)
        }
    }

    @Test(
        "Streams that are asked for on the socket are each looked at; those that may not be watched are refused for good"
    )
    func subscribing() async throws {
        let policy = try TestTokens.policy()
        try await withServer(access: policy) { server, broker, port in
            try broker.channel("a").publish(frame(1))
            try broker.channel("b").publish(frame(1))
            let changed = policy
            try await WebSocketTestClient.run(port: port, "/ws?token=\(TestTokens.viewA)") { client, reader in
                _ = try await reader.next()
                try await client.send(#"{"type":"subscribe","streams":["b","a","c"]}"#)
                for name in ["b", "c"] {
                    let refused = try #require(await reader.next()).text
                    #expect(
                        refused
                            == #"{"error":"the token is not for this stream","final":true,"stream":"\#(name)","type":"refused"}"#
                    )
                }
                #expect(try await reader.next()?.text == #"{"streams":[{"index":0,"stream":"a"}],"type":"streams"}"#)
                #expect(try await reader.next()?.opcode == .binary)
                #expect(broker.existingChannel(try StreamID("c")) == nil)

                // The same token, for another stream: the socket stays, the stream goes.
                var other = changed
                other.tokens[1].grant.streams = [try StreamPattern("b")]
                server.replaceAccess(other)
                let gone = try #require(await reader.nextButRoundTripPings()).text
                #expect(
                    gone == #"{"error":"the token is not for this stream","final":true,"stream":"a","type":"refused"}"#
                )
                #expect(try await reader.nextButRoundTripPings()?.text == #"{"streams":[],"type":"streams"}"#)
                try broker.channel("a").publish(frame(2))
                try await client.send(#"{"type":"subscribe","streams":["b"]}"#)
                #expect(
                    try await reader.nextButRoundTripPings()?.text
                        == #"{"streams":[{"index":0,"stream":"b"}],"type":"streams"}"#
                )
                #expect(try await reader.nextButRoundTripPings()?.opcode == .binary)
            }
        }
    }

    @Test("Who has left is not asked again, however they left")
    func leaving() async throws {
        let policy = try TestTokens.policy()
        try await withServer(access: policy) { server, broker, port in
            try broker.channel("a").publish(frame(1))
            for _ in 0..<20 {
                let multipart = TestRequest(target: "/multipart/a").withQuery(token: TestTokens.viewA)
                _ = try await multipart.send(port)
                try await WebSocketTestClient.run(port: port, "/ws/a?token=\(TestTokens.viewA)") { client, reader in
                    _ = try await reader.next()
                    #expect(server.accessWatchCount > 0)
                    // A close frame, and then the connection's end.
                    try await client.send(0x88, [0x03, 0xE8])
                    _ = try await reader.next()
                }
                try await WebSocketTestClient.run(port: port, "/ws?streams=a&token=\(TestTokens.viewA)") { _, reader in
                    _ = try await reader.next()
                }
            }
            while server.accessWatchCount > 0 { try await Task.sleep(for: .milliseconds(5)) }
        }
    }

    @Test("A browser is told by a close frame; nothing of the stream comes before it")
    func browser() async throws {
        try await withServer(access: TestTokens.policy()) { _, broker, port in
            try broker.channel("a").publish(frame(1))
            for (token, reason) in [
                ("", "a token is needed"), (TestTokens.unknown, "the token is not valid"),
                (TestTokens.expired, "the token has expired"),
                (TestTokens.viewB, "the token is not for this stream"),
                (TestTokens.publishA, "the token does not allow this"),
            ] {
                let reply = try await RawConnection.exchange(
                    port: port,
                    "GET /ws/a?token=\(token) HTTP/1.1\r\nHost: 127.0.0.1:\(port)\r\nOrigin: http://127.0.0.1:\(port)\r\n"
                        + "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                        + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
                ) { $0.suffix(reason.utf8.count).elementsEqual(reason.utf8) }
                #expect(reply.status == 101)
                let frame = Array(reply.body.utf8.count > 0 ? reply.bytes.suffix(reason.utf8.count + 4) : [])
                #expect(frame == [0x88, UInt8(reason.utf8.count + 2), 0x03, 0xF0] + Array(reason.utf8))
                #expect(reply.bytes.suffix(frame.count + 4).prefix(4).elementsEqual("\r\n\r\n".utf8))
            }
        }
    }

    @Test("Refusals are counted by reason, and logged without the token, a few a minute")
    func record() async throws {
        let log = LogEvents()
        try await withServer(access: TestTokens.policy(), logger: log.logger) { _, _, port in
            for _ in 0..<20 {
                _ = try await TestRequest(target: "/snapshot/a").withQuery(token: TestTokens.unknown).send(port)
            }
            _ = try await TestRequest.ingest("a").with("Authorization: Bearer \(TestTokens.viewA)").send(port)
            let metrics = try await TestRequest(target: "/metrics").withQuery(token: TestTokens.admin).send(port).body
            #expect(metrics.contains(#"stream_broker_access_denied_total{reason="invalid"} 20"#))
            #expect(metrics.contains(#"stream_broker_access_denied_total{reason="permission"} 1"#))
            #expect(metrics.contains(#"stream_broker_access_denied_total{reason="missing"} 0"#))
        }
        let lines = log.all(.trace).filter { $0.contains("access denied") }
        #expect(lines.count == 5)
        #expect(lines.first == "access denied address=127.0.0.1 reason=invalid request=snapshot stream=a")
        for line in log.all(.trace) { #expect(!line.contains(TestTokens.unknown) && !line.contains(TestTokens.viewA)) }
    }
}
