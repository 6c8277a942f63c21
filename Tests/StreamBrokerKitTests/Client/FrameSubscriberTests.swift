import Logging
import NIOHTTP1
import StreamBrokerCore
import StreamBrokerKit
import Testing

@Suite("Viewing a stream", .timeLimit(.minutes(1)))
struct FrameSubscriberTests {
    private let log = LogEvents()

    private func subscriber(
        port: Int,
        _ target: String = "/ws/a",
        _ configure: (inout FrameSubscriberConfiguration) -> Void = { _ in }
    ) throws -> FrameSubscriber {
        var configuration = FrameSubscriberConfiguration()
        configuration.initialRetryDelay = .milliseconds(10)
        configuration.maximumRetryDelay = .milliseconds(50)
        configure(&configuration)
        return FrameSubscriber(
            try ViewerURL("ws://127.0.0.1:\(port)\(target)"),
            configuration: configuration,
            logger: log.logger
        )
    }

    @Test("A frame comes with its format, sequence and times; the first one is marked as a replay")
    func frameHeaders() async throws {
        try await withBroker { broker, port in
            let channel = try broker.channel("a")
            try channel.publish(Frame(image: numberedImage(1), captureTime: UnixMicroseconds(77), sequence: 41))
            var frames = try subscriber(port: port).makeAsyncIterator()
            let first = try #require(try await frames.next())
            #expect(first.bytes == numberedImage(1))
            #expect(first.format == .webp)
            #expect(first.sequence == 41)
            #expect(first.captureTime == UnixMicroseconds(77))
            #expect(try #require(first.arrivalTime) <= first.receivedTime)
            #expect(first.isReplay)
            try channel.publish(Frame(image: numberedImage(2)))
            let second = try #require(try await frames.next())
            #expect(second.bytes == numberedImage(2))
            #expect(second.sequence == 42)
            #expect(second.captureTime == nil)
            #expect(!second.isReplay)
        }
    }

    @Test("Without headers a message is exactly the posted image")
    func plain() async throws {
        try await withBroker { broker, port in
            let channel = try broker.channel("a")
            try channel.publish(Frame(image: numberedImage(1, byteCount: 70_000)))
            var frames = try subscriber(port: port) { $0.usesFrameHeaders = false }.makeAsyncIterator()
            let first = try #require(try await frames.next())
            #expect(first.bytes == numberedImage(1, byteCount: 70_000))
            #expect(first.format == .webp)
            #expect(first.sequence == 1)
            #expect(first.arrivalTime == nil)
        }
    }

    @Test("A reader that acknowledges gets at most two frames that were on their way, then the newest")
    func acknowledgements() async throws {
        try await withBroker { broker, port in
            let channel = try broker.channel("a")
            var frames = try subscriber(port: port) { $0.delivery = .dropOldest(limit: 100) }.makeAsyncIterator()
            try channel.publish(Frame(image: numberedImage(1)))
            // The first acknowledgement turns the window on; the answer to the second shows that it was seen.
            _ = try await frames.next()
            try channel.publish(Frame(image: numberedImage(2)))
            _ = try await frames.next()
            for number in 3...100 as ClosedRange<UInt8> { try channel.publish(Frame(image: numberedImage(number))) }
            var sequences: [UInt64] = []
            while sequences.last != 100 { sequences.append(try #require(try await frames.next()).sequence) }
            #expect(sequences.count <= 5)
            #expect(sequences == sequences.sorted())
        }
    }

    @Test("The request asks for the stream, the rate and the subprotocol")
    func request() async throws {
        let requests = Mailbox<ScriptedServer.Request>()
        try await ScriptedServer.run(answer: { request in
            requests.put(request)
            return .status(404)
        }) { server in
            var frames = try subscriber(port: server.port, "/base/ws/a?fps=2.5").makeAsyncIterator()
            await #expect(throws: BrokerClientError.self) { try await frames.next() }
            let request = try await requests.next()
            #expect(request.head.uri == "/base/ws/a?fps=2.5")
            #expect(request.header("Host") == "127.0.0.1:\(server.port)")
            #expect(request.header("Sec-WebSocket-Version") == "13")
            #expect(request.header("Sec-WebSocket-Protocol") == "stream-broker.v1")
        }
    }

    @Test("A refusal has the broker's status and reason", arguments: [401, 403, 429])
    func refused(status: Int) async throws {
        try await ScriptedServer.run(answer: { _ in
            .status(status, body: #"{"error":"no viewers today","hint":"come tomorrow"}"#)
        }) { server in
            var frames = try subscriber(port: server.port) { $0.reconnection = .never }.makeAsyncIterator()
            let error = await #expect(throws: BrokerClientError.self) { try await frames.next() }
            #expect(error?.code == .refused)
            #expect(error?.status == status)
            #expect(error?.message.contains("no viewers today; come tomorrow") == true)
            #expect(error?.isTransient == (status == 429))
            #expect(try await frames.next() == nil)
        }
    }

    @Test("A broker that is not there is an error that says so, once the attempts are over")
    func unreachable() async throws {
        let port = try await unusedPort()
        for reconnection in [FrameSubscriberConfiguration.Reconnection.never, .afterFirstConnection] {
            var frames = try subscriber(port: port) { $0.reconnection = reconnection }.makeAsyncIterator()
            let error = await #expect(throws: BrokerClientError.self) { try await frames.next() }
            #expect(error?.code == .unreachable)
            #expect(error?.message == "ws://127.0.0.1:\(port)/ws/a cannot be reached: connection refused")
        }
    }

    @Test("A broker that goes and comes back is viewed again, with one line for each change")
    func reconnects() async throws {
        let port = try await unusedPort()
        var frames = try subscriber(port: port).makeAsyncIterator()
        let log = log
        for number in 1...2 as ClosedRange<UInt8> {
            let unsent = Mailbox<Broker>()
            async let serving: Void = withBroker(port: port) { broker, _ in
                try broker.channel("a").publish(Frame(image: numberedImage(number)))
                unsent.put(broker)
                if number == 1 { await log.wait(for: "viewed") } else { await log.wait(for: "frames come again") }
            }
            _ = try await unsent.next()
            let frame = try #require(try await frames.next())
            #expect(frame.bytes == numberedImage(number))
            if number == 1 { log.logger.info("viewed") }
            try await serving
        }
        #expect(frames.reconnections == 1)
        #expect(log.all().count == 2)
    }

    @Test("Without reconnecting, a broker's goodbye is the end and no failure")
    func goodbye() async throws {
        let serverIsDone = Mailbox<Void>()
        let viewed = Mailbox<Void>()
        let log = log
        try await withThrowingTaskGroup(of: Void.self) { group in
            let ports = Mailbox<Int>()
            group.addTask {
                try await withBroker { broker, port in
                    try broker.channel("a").publish(Frame(image: numberedImage(1)))
                    ports.put(port)
                    try await viewed.next()
                }
                serverIsDone.put(())
            }
            var frames = try subscriber(port: try await ports.next()) { $0.reconnection = .never }.makeAsyncIterator()
            _ = try await frames.next()
            viewed.put(())
            #expect(try await frames.next() == nil)
            #expect(log.all().isEmpty)
            try await group.waitForAll()
        }
    }

    @Test(
        "What is no WebSocket as RFC 6455 has it ends the connection with 1002 (sections 5.1 and 5.2)",
        arguments: [
            [0x82, 0x81, 1, 2, 3, 4, 5],
            [0xC2, 0x01, 5],
            [0x82, 0x01, 5],
        ] as [[UInt8]]
    )
    func protocolViolations(bytes: [UInt8]) async throws {
        let received = Mailbox<[UInt8]>()
        try await ScriptedServer.run(
            received: { received.put($0) },
            answer: { _ in .upgrade(subprotocol: FrameHeader.subprotocol, sending: bytes) }
        ) { server in
            var frames = try subscriber(port: server.port).makeAsyncIterator()
            let error = await #expect(throws: BrokerClientError.self) { try await frames.next() }
            #expect(error?.code == .protocolViolation)
            #expect(closeCode(in: try await received.next()) == 1002)
            await server.waitUntilAllAreClosed()
        }
    }

    @Test("A message above the limit ends the connection with 1009 before it is read")
    func tooLarge() async throws {
        let received = Mailbox<[UInt8]>()
        let head: [UInt8] = [0x82, 127, 0, 0, 0, 0, 0x7F, 0xFF, 0xFF, 0xFF]
        try await ScriptedServer.run(
            received: { received.put($0) },
            answer: { _ in .upgrade(subprotocol: FrameHeader.subprotocol, sending: head) }
        ) { server in
            var frames = try subscriber(port: server.port).makeAsyncIterator()
            let error = await #expect(throws: BrokerClientError.self) { try await frames.next() }
            #expect(error?.code == .protocolViolation)
            #expect(closeCode(in: try await received.next()) == 1009)
        }
    }

    @Test("A server that does not agree to the subprotocol is not misread")
    func subprotocolNotAgreed() async throws {
        try await ScriptedServer.run(answer: { _ in .upgrade(subprotocol: nil, sending: []) }) { server in
            var frames = try subscriber(port: server.port).makeAsyncIterator()
            let error = await #expect(throws: BrokerClientError.self) { try await frames.next() }
            #expect(error?.code == .protocolViolation)
            #expect(error?.message.contains("does not speak stream-broker.v1") == true)
        }
    }

    @Test("Pings are answered with their own payload, masked (RFC 6455, sections 5.1 and 5.5.3)")
    func pong() async throws {
        let received = Mailbox<[UInt8]>()
        try await ScriptedServer.run(
            received: { received.put($0) },
            answer: { _ in .upgrade(subprotocol: FrameHeader.subprotocol, sending: [0x89, 0x02, 0x68, 0x69]) }
        ) { server in
            try await withThrowingTaskGroup(of: Void.self) { group in
                let subscriber = try subscriber(port: server.port)
                group.addTask { for try await _ in subscriber {} }
                let pong = try await received.next()
                #expect(pong.prefix(2) == [0x8A, 0x82])
                #expect(unmasked(pong) == [0x68, 0x69])
                group.cancelAll()
            }
        }
    }

    @Test("A server that says nothing, not even to a ping, is given up")
    func silence() async throws {
        try await ScriptedServer.run(answer: { _ in
            .upgrade(subprotocol: FrameHeader.subprotocol, sending: [])
        }) { server in
            var frames = try subscriber(port: server.port) {
                $0.pingInterval = .milliseconds(30)
                $0.reconnection = .never
            }.makeAsyncIterator()
            let error = await #expect(throws: BrokerClientError.self) { try await frames.next() }
            #expect(error?.code == .silent)
            await server.waitUntilAllAreClosed()
        }
    }

    @Test("A server that never answers the handshake is given up")
    func handshakeTimeout() async throws {
        try await ScriptedServer.run(answer: { _ in .silence }) { server in
            var frames = try subscriber(port: server.port) {
                $0.handshakeTimeout = .milliseconds(50)
                $0.reconnection = .never
            }.makeAsyncIterator()
            let error = await #expect(throws: BrokerClientError.self) { try await frames.next() }
            #expect(error?.code == .unreachable)
        }
    }

    @Test(
        "Cancelling the task ends the sequence, during the handshake and afterwards, and says goodbye",
        arguments: [false, true]
    )
    func cancellation(isUpgraded: Bool) async throws {
        let received = Mailbox<[UInt8]>()
        let isUnderWay = Mailbox<Void>()
        let frame = try FrameHeader(Frame(image: numberedImage(1))).bytes + numberedImage(1)
        let message = [0x82, UInt8(frame.count)] + frame
        try await ScriptedServer.run(
            received: { received.put($0) },
            answer: { _ in
                guard isUpgraded else {
                    isUnderWay.put(())
                    return .silence
                }
                return .upgrade(subprotocol: FrameHeader.subprotocol, sending: message)
            }
        ) { server in
            let subscriber = try subscriber(port: server.port) { $0.acknowledgesFrames = false }
            try await withThrowingTaskGroup(of: Int.self) { group in
                group.addTask {
                    var count = 0
                    for try await _ in subscriber {
                        count += 1
                        isUnderWay.put(())
                    }
                    return count
                }
                try await isUnderWay.next()
                group.cancelAll()
                #expect(try await group.next() == (isUpgraded ? 1 : 0))
            }
            if isUpgraded { #expect(closeCode(in: try await received.next()) == 1000) }
            await server.waitUntilAllAreClosed()
        }
    }

    @Test("An iterator that goes away closes its connection")
    func iteratorGoesAway() async throws {
        let frame = try FrameHeader(Frame(image: numberedImage(1))).bytes + numberedImage(1)
        try await ScriptedServer.run(answer: { _ in
            .upgrade(subprotocol: FrameHeader.subprotocol, sending: [0x82, UInt8(frame.count)] + frame)
        }) { server in
            do {
                var frames = try subscriber(port: server.port).makeAsyncIterator()
                #expect(try await frames.next()?.bytes == numberedImage(1))
            }
            await server.waitUntilAllAreClosed()
        }
    }

    private func closeCode(in frame: [UInt8]) -> Int? {
        guard frame.first == 0x88 else { return nil }
        let payload = unmasked(frame)
        return payload.count >= 2 ? Int(payload[0]) << 8 | Int(payload[1]) : nil
    }

    /// The payload of a short masked frame.
    private func unmasked(_ frame: [UInt8]) -> [UInt8] {
        guard frame.count >= 6, frame[1] & 0x80 != 0 else { return [] }
        let mask = frame[2..<6].map { $0 }
        return frame.dropFirst(6).prefix(Int(frame[1] & 0x7F)).enumerated().map { $1 ^ mask[$0 & 3] }
    }
}
