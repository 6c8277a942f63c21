import NIOCore
import NIOEmbedded
import StreamBrokerKit
import Testing

@Suite struct ViewerAdmissionTests {
    private func address(_ text: String) throws -> SocketAddress { try SocketAddress(ipAddress: text, port: 1) }

    @Test func addressesCountByTheirBlock() throws {
        func block(_ text: String) throws -> AddressBlock? { AddressBlock(try address(text)) }
        #expect(try block("192.0.2.1") == block("192.0.2.1"))
        #expect(try block("192.0.2.1") != block("192.0.2.2"))
        #expect(try block("2001:db8:1:2::1") == block("2001:db8:1:2:ffff::9"))
        #expect(try block("2001:db8:1:2::1") != block("2001:db8:1:3::1"))
        #expect(try block("::ffff:192.0.2.1") == block("192.0.2.1"))
        for local in ["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"] { #expect(try block(local) == nil) }
        #expect(AddressBlock(try SocketAddress(unixDomainSocketPath: "/a")) == nil)
    }

    @Test func seatsAreLimitedAndComeBack() throws {
        var limits = ViewerLimits()
        limits.maximumViewers = 3
        limits.maximumViewersPerAddress = 2
        let seats = ViewerSeats(limits: limits)
        let one = try address("192.0.2.1")
        var taken = [try seats.take(for: one), try seats.take(for: one)]
        #expect(throws: ViewerRefusal.addressHasItsShare) { try seats.take(for: one) }
        taken.append(try seats.take(for: try address("192.0.2.2")))
        #expect(throws: ViewerRefusal.allSeatsTaken) { try seats.take(for: try address("127.0.0.1")) }
        #expect(seats.takenCount == 3)
        taken.removeFirst()
        #expect(seats.takenCount == 2)
        taken.append(try seats.take(for: one))
        taken = []
        #expect(seats.takenCount == 0)
    }

    @Test func thisMachineIsNotLimitedByAddress() throws {
        var limits = ViewerLimits()
        limits.maximumViewersPerAddress = 1
        let seats = ViewerSeats(limits: limits)
        let taken = try (0..<10).map { _ in try seats.take(for: try address("127.0.0.1")) }
        withExtendedLifetime(taken) { #expect(seats.takenCount == 10) }
    }

    /// However connections come to the loops, the viewers of a stream end up evenly on them.
    @Test func placesAreSpreadEvenly() throws {
        let loops = (0..<3).map { _ in EmbeddedEventLoop() }
        let places = StreamPlaces()
        var taken: [StreamPlace] = []
        for step in 0..<200 {
            if step % 4 == 3 { taken.remove(at: step * 7 % taken.count) }
            // Every connection comes to the same loop: the worst case.
            taken.append(try #require(places.take(limit: 1_000, current: loops[0], among: loops)))
        }
        #expect(places.takenCount == taken.count)
        // Leaving is not undone by moving anybody: what matters is that those who come fill up what is empty.
        for _ in 0..<200 {
            taken.append(try #require(places.take(limit: 1_000, current: loops[0], among: loops)))
        }
        let counts = loops.map { loop in taken.count { $0.loop === loop } }
        #expect((counts.max() ?? 0) - (counts.min() ?? 0) <= 1, "\(counts)")
    }

    @Test func aFullStreamGivesNoPlace() throws {
        let loop = EmbeddedEventLoop()
        let places = StreamPlaces()
        var first = places.take(limit: 1, current: loop, among: [])
        #expect(first != nil && places.take(limit: 1, current: loop, among: []) == nil)
        first = nil
        #expect(places.take(limit: 1, current: loop, among: []) != nil)
    }

    @Test func refusalsSayWhichLimitItWas() async throws {
        try await withRunningBroker(configure: { server, _ in
            server.viewerLimits.maximumViewersPerStream = 1
            server.viewerLimits.maximumViewers = 2
        }) { _, port in
            @Sendable func request(_ stream: String, _ more: String = "") -> String {
                "GET /ws/\(stream) HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\(more)"
                    + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
            }
            try await WebSocketTestClient.run(port: port, "/ws/a") { _, _ in
                let full = try await RawConnection.exchange(port: port, request("a"))
                #expect(full.status == 429 && full.text.contains("Retry-After: 5"))
                #expect(full.body.contains("the stream already has 1 viewers"))
                // A page cannot see a status: it gets a close frame with 1013 and the reason.
                let browser = try await RawConnection.exchange(port: port, request("a", "Origin: http://a\r\n")) {
                    $0.contains(0x88)
                }
                #expect(browser.status == 101)
                let closing = try #require(browser.bytes.firstIndex(of: 0x88).map { browser.bytes[$0...] })
                #expect(closing.dropFirst(2).starts(with: [0x03, 0xF5]))
                #expect(String(decoding: closing.dropFirst(4), as: UTF8.self).contains("already has 1 viewers"))
                try await WebSocketTestClient.run(port: port, "/ws?streams=b") { client, reader in
                    _ = try await reader.next()
                    let all = try await RawConnection.exchange(port: port, request("c"))
                    #expect(all.status == 429 && all.body.contains("already has 2 viewers"))
                    try await client.send(#"{"type":"subscribe","stream":"a"}"#)
                    #expect(try await reader.next()?.text.contains("the stream already has 1 viewers") == true)
                }
            }
            let metrics = try await RawConnection.exchange(
                port: port,
                "GET /metrics HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
            )
            #expect(metrics.body.contains(#"stream_broker_viewers_refused_total{limit="stream"} 3"#))
            #expect(metrics.body.contains(#"stream_broker_viewers_refused_total{limit="total"} 1"#))
        }
    }

    /// All connections are made to land on one event loop; half of the viewers are moved, and nothing is lost on the way.
    @Test func viewersAreMovedToTheEmptierLoop() async throws {
        try await withRunningBroker { broker, port in
            let channel = try broker.channel("a")
            try channel.publish(Frame(image: TestFrames.webp(number: 1, byteCount: 20_000)))
            let viewers = 8
            try await withThrowingTaskGroup(of: Void.self) { group in
                let joined = Latch(count: viewers)
                for _ in 0..<viewers {
                    // A connection in between turns the loops' round, as a browser's second connection does.
                    _ = try await RawConnection.exchange(
                        port: port,
                        "GET /livez HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
                    )
                    group.addTask {
                        try await WebSocketTestClient.run(port: port, "/ws/a") { client, reader in
                            try await client.send(#"{"type":"ping","t":7}"#)
                            var sawPong = false
                            var last: UInt64 = 0
                            while last < 20 {
                                let message = try #require(await reader.next())
                                if message.opcode == .text {
                                    sawPong = message.text.contains(#""t":7"#)
                                    joined.arrive()
                                } else {
                                    let sequence = try #require(FrameHeader(parsing: message.payload)).sequence
                                    #expect(sequence > last)
                                    last = sequence
                                }
                            }
                            #expect(sawPong)
                        }
                    }
                }
                await joined.wait()
                let counts = try await channel.viewersPerLoop()
                #expect(counts.reduce(0, +) == viewers)
                #expect((counts.max() ?? 0) - (counts.min() ?? 0) <= 1, "\(counts)")
                for number in 2...20 {
                    try channel.publish(Frame(image: TestFrames.webp(number: UInt32(number), byteCount: 20_000)))
                    try await eventLoopsHaveCaughtUp()
                }
                try await group.waitForAll()
            }
        }
    }
}
