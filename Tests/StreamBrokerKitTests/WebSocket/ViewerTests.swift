import StreamBrokerKit
import Testing

@Suite struct ViewerTests {
    @Test func theHandshakeAnswersTheSampleKey() async throws {
        try await withRunningBroker { _, port in
            let handshake = try await WebSocketTestClient.run(port: port, "/ws/a") { _, reader in reader.handshake }
            // RFC 6455, section 1.3.
            #expect(handshake.lowercased().contains("sec-websocket-accept: s3pplmbitxaq9kygzzhzrbk+xoo="))
            #expect(handshake.lowercased().contains("sec-websocket-protocol: stream-broker.v1"))
        }
    }

    @Test func aPlainViewerGetsExactlyThePublishedBytes() async throws {
        try await withRunningBroker { broker, port in
            let channel = try broker.channel("a")
            let images = [126, 200, 65_536, 200_000].map { TestFrames.webp(number: 1, byteCount: $0) }
            try channel.publish(Frame(image: images[0]))
            try await WebSocketTestClient.run(port: port, "/ws/a", subprotocol: nil) { _, reader in
                #expect(try await reader.next()?.payload == images[0], "the latest comes at once")
                for image in images.dropFirst() {
                    try channel.publish(Frame(image: image))
                    #expect(try await reader.next() == .init(opcode: .binary, payload: image))
                }
            }
        }
    }

    @Test func aTaggedViewerIsToldSequenceTimesAndReplay() async throws {
        try await withRunningBroker { broker, port in
            let channel = try broker.channel("a")
            try channel.publish(Frame(image: TestFrames.webp(), captureTime: UnixMicroseconds(123), sequence: 77))
            try await WebSocketTestClient.run(port: port, "/ws/a") { _, reader in
                let replay = try #require(await FrameHeader(parsing: reader.next()?.payload ?? []))
                #expect(replay.isReplay && replay.isIndependentlyDecodable && replay.sequence == 77)
                #expect(replay.captureTime == UnixMicroseconds(123) && replay.format == .webp)
                try channel.publish(Frame(image: TestFrames.webp()))
                let next = try #require(await FrameHeader(parsing: reader.next()?.payload ?? []))
                #expect(!next.isReplay && next.sequence == 78 && next.arrivalTime.rawValue > 0)
            }
        }
    }

    @Test func manyStreamsOnOneSocket() async throws {
        try await withRunningBroker { broker, port in
            try await WebSocketTestClient.run(port: port, "/ws?streams=a,b") { client, reader in
                #expect(
                    try await reader.next()?.text
                        == #"{"streams":[{"index":0,"stream":"a"},{"index":1,"stream":"b"}],"type":"streams"}"#
                )
                try broker.channel("b").publish(Frame(image: TestFrames.webp(number: 5)))
                let message = try #require(await reader.next())
                #expect(FrameHeader(parsing: message.payload)?.streamIndex == 1)
                #expect(TestFrames.number(of: message.payload.dropFirst(FrameHeader.length)) == 5)

                try await client.send(#"{"type":"unsubscribe","stream":"a"}"#)
                #expect(try await reader.next()?.text == #"{"streams":[{"index":1,"stream":"b"}],"type":"streams"}"#)
                try await client.send(#"{"type":"subscribe","streams":["c","../x"]}"#)
                #expect(try await reader.next()?.text.contains(#""type":"refused""#) == true)
                #expect(try await reader.next()?.text.contains(#"{"index":0,"stream":"c"}"#) == true)
                try await eventLoopsHaveCaughtUp()
                #expect(try broker.channel("a").subscriberCount == 0)
                #expect(try broker.channel("c").subscriberCount == 1)
            }
        }
    }

    @Test func controlMessagesAreAnsweredAndUnknownOnesIgnored() async throws {
        try await withRunningBroker { _, port in
            try await WebSocketTestClient.run(port: port, "/ws/a") { client, reader in
                try await client.send(#"{"type":"from the future","x":[1,{}]}"#)
                try await client.send(#"{"type":"ping","t":9007199254740993}"#)
                let pong = try #require(await reader.next()).text
                #expect(pong.contains(#""t":9007199254740993"#) && pong.contains(#""server_time_us":"#))
                try await client.send(0x89, [1, 2, 3])
                #expect(try await reader.next() == .init(opcode: .pong, payload: [1, 2, 3]))
                try await client.send(0x88, [0x03, 0xE8])
                #expect(try await reader.next()?.closeCode == 1000)
                #expect(try await reader.next() == nil)
            }
        }
    }

    static let violations: [([UInt8], UInt16)] = [
        ([0x81, 0x01, 65], 1002),
        ([0xC1, 0x80, 0, 0, 0, 0], 1002),
        ([0x83, 0x80, 0, 0, 0, 0], 1002),
        ([0x82, 0x81, 0, 0, 0, 0, 1], 1003),
        ([0x81, 0x81, 0, 0, 0, 0, 0xFF], 1007),
        ([0x81, 0x81, 0, 0, 0, 0, 65], 1007),
        ([0x81, 0xFF, 0, 0, 0, 0, 0, 1, 0, 1], 1009),
    ]

    @Test(arguments: violations)
    func violationsCloseWithTheirCode(_ bytes: [UInt8], _ code: UInt16) async throws {
        try await withRunningBroker { broker, port in
            try await WebSocketTestClient.run(port: port, "/ws/a") { client, reader in
                try await client.sendRaw(bytes)
                #expect(try await reader.next()?.closeCode == code)
            }
        }
    }

    @Test func aViewerThatAcknowledgesHasTwoFramesAtMost() async throws {
        try await withRunningBroker { broker, port in
            let channel = try broker.channel("a")
            try await WebSocketTestClient.run(port: port, "/ws/a") { client, reader in
                try await client.send(#"{"type":"ack","stream":"a","sequence":0}"#)
                try await client.send(#"{"type":"ping","t":1}"#)
                _ = try await reader.nextButRoundTripPings()
                for number in 1...9 {
                    try channel.publish(Frame(image: TestFrames.webp(number: UInt32(number))))
                    if number <= 2 {
                        #expect(
                            FrameHeader(parsing: try await reader.nextButRoundTripPings()?.payload ?? [])?.sequence
                                == UInt64(number)
                        )
                    }
                }
                try await eventLoopsHaveCaughtUp()
                try await client.send(#"{"type":"ack","stream":"a","sequence":2}"#)
                #expect(FrameHeader(parsing: try await reader.nextButRoundTripPings()?.payload ?? [])?.sequence == 9)
            }
        }
    }

    /// A viewer that reads late sees whole frames in rising order, and the last one published; the broker holds one frame for it.
    @Test func aSlowViewerSeesWholeNewFrames() async throws {
        try await withRunningBroker { broker, port in
            let channel = try broker.channel("a")
            let last: UInt32 = 400
            try await WebSocketTestClient.run(port: port, "/ws/a") { client, reader in
                for number in 1...last {
                    try channel.publish(Frame(image: TestFrames.webp(number: number, byteCount: 100_000)))
                }
                var previous: UInt32 = 0
                var received = 0
                while previous < last {
                    let message = try #require(await reader.next())
                    // A slow viewer is asked how far it has got. This one does not say, and is sent what it takes all the same.
                    guard message.opcode == .binary else { continue }
                    let payload = message.payload.dropFirst(FrameHeader.length)
                    let number = TestFrames.number(of: payload)
                    #expect(number > previous)
                    #expect(payload.count == 100_000 && TestFrames.isWhole(payload))
                    previous = number
                    received += 1
                }
                #expect(received < Int(last), "40 MB do not fit into a socket: some must have been replaced")
            }
        }
    }

    /// Once a viewer has proved slow and has answered pings, its pongs say how far it is, and it has two frames at most.
    @Test func pongsCountAsAcknowledgementsOfASlowViewer() async throws {
        try await withRunningBroker { broker, port in
            let channel = try broker.channel("a")
            @Sendable func publish(_ number: Int, byteCount: Int) throws {
                try channel.publish(Frame(image: TestFrames.webp(number: UInt32(number), byteCount: byteCount)))
            }
            try await WebSocketTestClient.run(port: port, "/ws/a") { client, reader in
                for number in 1...400 { try publish(number, byteCount: 100_000) }
                var last: UInt64 = 0
                while last < 400 {
                    let message = try #require(await reader.nextButRoundTripPings())
                    switch message.opcode {
                    case .ping: try await client.send(0x8A, message.payload)
                    default: last = try #require(FrameHeader(parsing: message.payload)).sequence
                    }
                }
                // The ping behind the last frame is answered as well; then no more.
                let ping = try #require(await reader.nextButRoundTripPings())
                #expect(ping.opcode == .ping && ping.payload.count == 10)
                try await client.send(0x8A, ping.payload)
                try await client.send(#"{"type":"ping","t":1}"#)
                #expect(try await reader.nextButRoundTripPings()?.opcode == .text)

                // So small that two are in the socket for certain, though nobody reads yet.
                for number in 401...409 {
                    try publish(number, byteCount: 1_000)
                    try await eventLoopsHaveCaughtUp()
                }
                try await client.send(#"{"type":"ping","t":2}"#)
                var unanswered: [WebSocketTestClient.Message] = []
                while let message = try await reader.nextButRoundTripPings(), message.opcode != .text {
                    unanswered.append(message)
                }
                #expect(unanswered.map(\.opcode) == [.binary, .ping, .binary, .ping])
                try await client.send(0x8A, try #require(unanswered.last).payload)
                let newest = try #require(await reader.nextButRoundTripPings())
                #expect(FrameHeader(parsing: newest.payload)?.sequence == 409)
            }
        }
    }

    @Test func aViewerIsCountedAndForgotten() async throws {
        try await withRunningBroker { broker, port in
            let channel = try broker.channel("a")
            try await WebSocketTestClient.run(port: port, "/ws/a") { client, reader in
                try await client.send(#"{"type":"ping"}"#)
                _ = try await reader.next()
                #expect(channel.subscriberCount == 1)
                try await client.send(0x88, [])
                #expect(try await reader.next()?.opcode == .close)
                #expect(try await reader.next() == nil)
                #expect(channel.subscriberCount == 0)
            }
        }
    }

    @Test func aViewerThatDoesNotAnswerPingsIsClosed() async throws {
        try await withRunningBroker(configure: { _, viewers in
            viewers.pingInterval = .milliseconds(50)
            viewers.pingTimeout = .milliseconds(50)
            viewers.checkInterval = .milliseconds(20)
        }) { _, port in
            try await WebSocketTestClient.run(port: port, "/ws/a") { _, reader in
                let ping = try await reader.next()
                let end = try await reader.next()
                #expect(ping?.opcode == .ping && end == nil)
            }
        }
    }

    @Test func thinningIsTheViewersOwn() async throws {
        try await withRunningBroker { broker, port in
            let channel = try broker.channel("a")
            try await WebSocketTestClient.run(port: port, "/ws/a?fps=0.001") { client, reader in
                try channel.publish(Frame(image: TestFrames.webp(number: 1)))
                #expect(FrameHeader(parsing: try await reader.next()?.payload ?? [])?.sequence == 1)
                try channel.publish(Frame(image: TestFrames.webp(number: 2)))
                try await eventLoopsHaveCaughtUp()
                try await client.send(#"{"type":"ping"}"#)
                #expect(try await reader.next()?.opcode == .text, "the second frame was left out")
                try await client.send(#"{"type":"rate","stream":"a","fps":0}"#)
                #expect(
                    FrameHeader(parsing: try await reader.next()?.payload ?? [])?.sequence == 2,
                    "who wants every frame gets the newest at once"
                )
                try channel.publish(Frame(image: TestFrames.webp(number: 3)))
                #expect(FrameHeader(parsing: try await reader.next()?.payload ?? [])?.sequence == 3)
            }
        }
    }

    @Test func aThinnedViewerGetsTheLastFrameOfAStreamThatStops() async throws {
        try await withRunningBroker { broker, port in
            let channel = try broker.channel("a")
            try await WebSocketTestClient.run(port: port, "/ws/a?fps=20") { _, reader in
                for number in 1...4 {
                    try channel.publish(Frame(image: TestFrames.webp(number: UInt32(number))))
                    try await eventLoopsHaveCaughtUp()
                }
                var last: UInt64 = 0
                while last < 4 { last = FrameHeader(parsing: try await reader.next()?.payload ?? [])?.sequence ?? 4 }
                #expect(last == 4)
                try await eventLoopsHaveCaughtUp()
                let tally = channel.deliveryTally
                #expect(tally.delivered + tally.replaced + tally.thinned == 4)
                #expect(tally.thinned > 0)
            }
        }
    }
}
