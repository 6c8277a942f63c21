import Foundation
import Logging
import NIOCore
import NIOHTTP1
import ServiceLifecycle
import ServiceLifecycleTestKit
import StreamBrokerCore
import StreamBrokerKit
import Synchronization
import Testing

@Suite("Posting frames to a broker", .timeLimit(.minutes(1)))
struct FramePublisherTests {
    private let stream: StreamID
    private let log = LogEvents()

    init() throws {
        stream = try StreamID("front-door")
    }

    private func publisher(
        _ url: String,
        _ configure: (inout FramePublisherConfiguration) -> Void = { _ in }
    ) throws -> FramePublisher {
        var configuration = FramePublisherConfiguration()
        configuration.initialRetryDelay = .milliseconds(10)
        configuration.maximumRetryDelay = .milliseconds(50)
        configure(&configuration)
        return FramePublisher(
            broker: try BrokerURL(url),
            stream: stream,
            configuration: configuration,
            logger: log.logger
        )
    }

    @Test("A post carries the image, its type, its capture time and a rising sequence, on few connections")
    func request() async throws {
        let requests = Mailbox<ScriptedServer.Request>()
        let start = SystemClock.unixTime.rawValue
        try await ScriptedServer.run(answer: { request in
            requests.put(request)
            return .status(200, headers: [("X-Subscribers", "4")])
        }) { server in
            try await withPublisher(publisher("http://me:canary@127.0.0.1:\(server.port)/base/")) { publisher in
                var received: [ScriptedServer.Request] = []
                for number in 0..<20 as Range<UInt8> {
                    publisher.publish(numberedImage(number), captureTime: UnixMicroseconds(1_000 + Int64(number)))
                    received.append(try await requests.next())
                }
                for (number, request) in received.enumerated() {
                    #expect(request.head.method == .POST)
                    #expect(request.head.uri == "/base/ingest/front-door")
                    #expect(request.body == numberedImage(UInt8(number)))
                    #expect(request.header("Content-Type") == "image/webp")
                    #expect(request.header("X-Capture-Time-Us") == "\(1_000 + number)")
                    #expect(request.header("Authorization") == "Basic bWU6Y2FuYXJ5")
                }
                let sequences = try received.map { try #require($0.header("X-Frame-Sequence").flatMap { Int64($0) }) }
                #expect(zip(sequences, sequences.dropFirst()).allSatisfy { $0 < $1 })
                #expect(try #require(sequences.first) >= start)
                #expect(Set(received.map(\.connection)).count <= 2)
                await log.wait(for: "takes frames")
                #expect(publisher.statistics.subscribers == 4)
                #expect(publisher.statistics.isDelivering)
            }
        }
        #expect(log.all(.trace).allSatisfy { !$0.contains("canary") && !$0.contains("bWU6") })
    }

    @Test("A picture comes out of a real broker as it went in, with its capture time")
    func realBroker() async throws {
        try await withBroker { broker, port in
            try await withPublisher(publisher("http://127.0.0.1:\(port)")) { publisher in
                let subscription = try broker.channel(stream).subscribe()
                var frames = subscription.makeAsyncIterator()
                for number in 1...5 as ClosedRange<UInt8> {
                    publisher.publish(numberedImage(number), captureTime: UnixMicroseconds(Int64(number)))
                    let frame = try #require(await frames.next())
                    #expect(frame.payload == numberedImage(number))
                    #expect(frame.captureTime == UnixMicroseconds(Int64(number)))
                }
            }
        }
    }

    @Test("A publisher that starts again is above what it sent before")
    func restart() async throws {
        try await withBroker { broker, port in
            let subscription = try broker.channel(stream).subscribe(.dropOldest(limit: 8))
            var frames = subscription.makeAsyncIterator()
            for number in 1...3 as ClosedRange<UInt8> {
                try await withPublisher(publisher("http://127.0.0.1:\(port)")) { publisher in
                    publisher.publish(numberedImage(number))
                    #expect(await frames.next()?.payload == numberedImage(number))
                }
            }
        }
    }

    @Test("A broker that does not answer costs the capture nothing; the newest frame waits, the others are counted")
    func silentBroker() async throws {
        let requests = Mailbox<ScriptedServer.Request>()
        try await ScriptedServer.run(answer: { request in
            requests.put(request)
            return .silence
        }) { server in
            try await withPublisher(publisher("http://127.0.0.1:\(server.port)")) { publisher in
                for number in 0..<2 as Range<UInt8> {
                    publisher.publish(numberedImage(number))
                    _ = try await requests.next()
                }
                let began = ContinuousClock.now
                for _ in 0..<10_000 { publisher.publish(numberedImage(2)) }
                // 10,000 hand-overs: below 0.1 ms each even on a loaded machine, where one answer would have taken seconds.
                #expect(began.duration(to: .now) < .seconds(1))
                #expect(publisher.statistics.replaced == 9_999)
                #expect(publisher.statistics.posted == 0)
            }
        }
    }

    @Test("A post that is not answered in time fails, and the next one is tried")
    func deadline() async throws {
        try await ScriptedServer.run(answer: { _ in .silence }) { server in
            let publisher = try publisher("http://127.0.0.1:\(server.port)") {
                $0.requestTimeout = .milliseconds(50)
            }
            try await withPublisher(publisher) { publisher in
                publisher.publish(numberedImage(0))
                await log.wait(for: "cannot be reached (deadline exceeded)")
                #expect(publisher.statistics.failed == 1)
            }
        }
    }

    @Test("A broker that is away, comes, and goes is one line for each change; frames get through again by themselves")
    func brokerComesAndGoes() async throws {
        let port = try await unusedPort()
        try await withPublisher(publisher("http://127.0.0.1:\(port)")) { publisher in
            publisher.publish(numberedImage(0))
            await log.wait(for: "cannot be reached (connection refused)")
            try await withBroker(port: port) { broker, _ in
                let subscription = try broker.channel(stream).subscribe()
                var frames = subscription.makeAsyncIterator()
                publisher.publish(numberedImage(1))
                #expect(await frames.next()?.payload == numberedImage(1))
                await log.wait(for: "takes frames again")
            }
            publisher.publish(numberedImage(2))
            await log.wait(for: "cannot be reached")
            try await withBroker(port: port) { broker, _ in
                let subscription = try broker.channel(stream).subscribe()
                var frames = subscription.makeAsyncIterator()
                publisher.publish(numberedImage(3))
                #expect(await frames.next()?.payload == numberedImage(3))
                await log.wait(for: "takes frames again")
            }
            #expect(log.all().count == 4)
            #expect(publisher.statistics.posted == 2)
        }
    }

    @Test("A refusal is told once, in the broker's own words")
    func refused() async throws {
        let requests = Mailbox<ScriptedServer.Request>()
        try await ScriptedServer.run(answer: { request in
            requests.put(request)
            return .status(403, body: #"{"error":"the token is for another stream","hint":"ask\n\u001b[31m"}"#)
        }) { server in
            let publisher = try publisher("http://127.0.0.1:\(server.port)") { $0.refusedRetryDelay = .zero }
            try await withPublisher(publisher) { publisher in
                for number in 0..<3 as Range<UInt8> {
                    publisher.publish(numberedImage(number))
                    _ = try await requests.next()
                }
                await log.wait(for: "refuses this publisher: the token is for another stream; ask[31m; check")
                #expect(log.all().count == 1)
            }
        }
    }

    @Test("A certificate that nobody vouches for is refused; a CA file vouches for it, also for an IP address")
    func certificates() async throws {
        let authority = FileManager.default.temporaryDirectory.appending(path: "ca-\(UUID()).pem")
        try Data(TestCertificates.authority.utf8).write(to: authority)
        defer { try? FileManager.default.removeItem(at: authority) }

        let requests = Mailbox<ScriptedServer.Request>()
        try await ScriptedServer.run(
            isSecure: true,
            answer: { request in
                requests.put(request)
                return .status(202)
            }
        ) { server in
            try await withPublisher(publisher("https://127.0.0.1:\(server.port)")) { publisher in
                publisher.publish(numberedImage(0))
                await log.wait(for: "TLS: the certificate is not trusted or is for another host")
            }
            for host in ["localhost", "127.0.0.1"] {
                let trusting = try publisher("https://\(host):\(server.port)") {
                    $0.tls.caCertificateFile = authority.path
                }
                try await withPublisher(trusting) { publisher in
                    publisher.publish(numberedImage(1))
                    let request = try await requests.next()
                    #expect(request.body == numberedImage(1))
                }
            }
            #expect(!log.all().contains { $0.contains("verification is off") })
        }
    }

    @Test("Without verification any certificate will do, and the log says what that means")
    func unverified() async throws {
        let requests = Mailbox<ScriptedServer.Request>()
        try await ScriptedServer.run(
            isSecure: true,
            answer: { request in
                requests.put(request)
                return .status(202)
            }
        ) { server in
            let publisher = try publisher("https://127.0.0.1:\(server.port)") { $0.tls.verifiesCertificates = false }
            try await withPublisher(publisher) { publisher in
                publisher.publish(numberedImage(1))
                let request = try await requests.next()
                #expect(request.body == numberedImage(1))
            }
            #expect(log.all().filter { $0.contains("anybody on the way can pretend to be the broker") }.count == 1)
        }
    }

    @Test("A CA file that cannot be read is an error at once")
    func unreadableAuthority() async throws {
        let publisher = try publisher("https://127.0.0.1:1") { $0.tls.caCertificateFile = "/nonexistent/ca.pem" }
        await #expect {
            try await publisher.run()
        } throws: { error in
            (error as? BrokerClientError)?.code == .invalidConfiguration && "\(error)".contains("/nonexistent/ca.pem")
        }
    }

    @Test("On graceful shutdown the last frames are still posted, and the publisher ends")
    func gracefulShutdown() async throws {
        try await withBroker { broker, port in
            let publisher = try publisher("http://127.0.0.1:\(port)")
            for number in 0..<3 as Range<UInt8> { publisher.publish(numberedImage(number)) }
            try await testGracefulShutdown { trigger in
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask { try await publisher.run() }
                    await log.wait(for: "takes frames")
                    publisher.publish(numberedImage(9))
                    trigger.triggerGracefulShutdown()
                    try await group.waitForAll()
                }
            }
            #expect(try broker.channel(stream).latest?.payload == numberedImage(9))
        }
    }

    @Test("Cancellation ends the publisher even when the broker does not answer")
    func cancellation() async throws {
        let requests = Mailbox<ScriptedServer.Request>()
        try await ScriptedServer.run(answer: { request in
            requests.put(request)
            return .silence
        }) { server in
            let publisher = try publisher("http://127.0.0.1:\(server.port)")
            let began = ContinuousClock.now
            try await withPublisher(publisher) { publisher in
                publisher.publish(numberedImage(0))
                _ = try await requests.next()
            }
            #expect(began.duration(to: .now) < .seconds(2))
            await server.waitUntilAllAreClosed()
            publisher.publish(numberedImage(1))
            #expect(publisher.statistics.lost == 2)
        }
    }
}
