import Logging
import NIOCore
import NIOPosix
import StreamBrokerCore
import StreamBrokerKit

/// A small WebP by its structure, told from others by its number.
func numberedImage(_ number: UInt8, byteCount: Int = 64) -> [UInt8] {
    precondition(byteCount >= 32 && byteCount % 2 == 0)
    func littleEndian(_ value: Int) -> [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) } }
    let keyframe: [UInt8] = [0x10, 0, 0, 0x9D, 0x01, 0x2A, 16, 0, 16, 0]
    let data = keyframe + [UInt8](repeating: number, count: byteCount - 20 - keyframe.count)
    return Array("RIFF".utf8) + littleEndian(byteCount - 8) + Array("WEBPVP8 ".utf8) + littleEndian(data.count) + data
}

/// A port that was free a moment ago, for a server that is to appear later.
func unusedPort() async throws -> Int {
    let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
        .bind(host: "127.0.0.1", port: 0).get()
    let port = channel.localAddress!.port!
    try await channel.close()
    return port
}

/// Runs a real broker as long as `body` needs it.
func withBroker(
    port: Int = 0,
    _ body: (_ broker: Broker, _ port: Int) async throws -> Void
) async throws {
    var configuration = BrokerServerConfiguration()
    configuration.port = port
    configuration.drainTimeout = .milliseconds(100)
    let broker = Broker()
    let server = BrokerServer(
        broker: broker,
        configuration: configuration,
        logger: Logger(label: "broker") { _ in SwiftLogNoOpLogHandler() }
    )
    try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await server.run() }
        let bound = try await server.boundPort
        try await body(broker, bound)
        group.cancelAll()
        try await group.waitForAll()
    }
}

/// Runs a publisher beside `body`, and ends it afterwards.
func withPublisher(
    _ publisher: FramePublisher,
    _ body: (FramePublisher) async throws -> Void
) async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await publisher.run() }
        try await body(publisher)
        group.cancelAll()
        try await group.waitForAll()
    }
}
