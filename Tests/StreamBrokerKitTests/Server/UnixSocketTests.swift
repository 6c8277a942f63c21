import Foundation
import Logging
import StreamBrokerCore
import StreamBrokerKit
import Testing

@Suite("A broker on a Unix socket", .timeLimit(.minutes(1)))
struct UnixSocketTests {
    /// A folder that is gone after the test.
    final class Folder: Sendable {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("s-\(UUID().uuidString.prefix(8))")
            .path

        init() throws { try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true) }

        deinit { try? FileManager.default.removeItem(atPath: path) }
    }

    private let folder: Folder
    private var path: String { "\(folder.path)/broker.sock" }

    init() throws {
        folder = try Folder()
    }

    private func mode(_ path: String) throws -> Int {
        try #require(FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int)
    }

    @Test(
        "Frames go in, viewers hang on, and the publisher learns of them, all over the socket; nobody else may connect"
    )
    func publishAndView() async throws {
        let stream = try StreamID("a")
        let url = try BrokerURL("unix:\(path)")
        let quiet = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
        try await withRunningBroker { server, _ in
            server.socketPath = path
        } _: { broker, _ in
            #expect(try mode(path) == 0o600)
            let publisher = FramePublisher(broker: url, stream: stream, logger: quiet)
            try await withPublisher(publisher) { publisher in
                publisher.publish(numberedImage(1))
                var counts = publisher.subscriberCounts.makeAsyncIterator()
                #expect(await counts.next() == 0)
                let subscriber = FrameSubscriber(ViewerURL(broker: url, stream: stream), logger: quiet)
                var frames = subscriber.makeAsyncIterator()
                let received1 = try await frames.next()
                #expect(received1?.bytes == numberedImage(1))
                publisher.publish(numberedImage(2))
                #expect(await counts.next() == 1)
                let received2 = try await frames.next()
                #expect(received2?.bytes == numberedImage(2))
            }
        }
        #expect(!FileManager.default.fileExists(atPath: path))
    }

    @Test("A viewer over the network counts from the moment it joins until it leaves")
    func viewerCounts() async throws {
        try await withRunningBroker { broker, port in
            let channel = try broker.channel("a")
            #expect(channel.subscriberCount == 0)
            try await WebSocketTestClient.run(port: port, "/ws/a") { _, _ in
                let watched = await channel.subscriberCounts.first { $0 > 0 }
                #expect(watched == 1)
            }
            let left = await channel.subscriberCounts.first { $0 < 1 }
            #expect(left == 0)
        }
    }

    @Test("A socket that an earlier run left is replaced")
    func staleSocket() async throws {
        for _ in 0..<2 {
            try await withRunningBroker { server, _ in
                server.socketPath = path
            } _: { _, _ in
                // As a run that was killed leaves it: still there when the next one begins.
                try FileManager.default.linkItem(atPath: path, toPath: path + ".left")
            }
            try FileManager.default.moveItem(atPath: path + ".left", toPath: path)
        }
    }

    @Test("A file that is no socket is left alone, and so is a folder that is not there")
    func noPlace() async throws {
        try "mine".write(toFile: path, atomically: true, encoding: .utf8)
        for (path, code) in [
            (path, BrokerServerError.Code.addressInUse), ("\(folder.path)/none/b.sock", .addressNotAvailable),
        ] {
            var configuration = BrokerServerConfiguration()
            configuration.port = 0
            configuration.socketPath = path
            let server = BrokerServer(broker: Broker(), configuration: configuration, logger: Logger(label: "test"))
            await #expect {
                try await server.run()
            } throws: { ($0 as? BrokerServerError)?.code == code }
            await #expect(throws: BrokerServerError.self) { try await server.boundPort }
        }
        #expect(try String(contentsOfFile: path, encoding: .utf8) == "mine")
    }
}
