import NIOCore
import NIOPosix
import StreamBrokerKit

/// Posts synthetic frames of one stream over one kept-alive connection, at a steady rate.
///
/// A post that has not been answered when the next one is due is waited for: the rate falls, and the report shows it.
struct LoadPublisher: Sendable {
    let configuration: LoadConfiguration
    let tls: LoadTLS
    let stream: Int
    /// Counts each frame that the broker accepted.
    let published: PublishedCount

    /// Publishes until cancelled.
    func run() async throws {
        let connection = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .connect(host: configuration.host, port: configuration.port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try tls.add(to: channel)
                    return try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                }
            }
        try await connection.executeThenClose { inbound, outbound in
            var frame = SyntheticFrame.template(byteCount: configuration.frameBytes)
            let head =
                "POST \(configuration.path(configuration.ingestPath, stream: stream)) HTTP/1.1\r\n"
                + "Host: \(configuration.host)\r\nContent-Type: \(configuration.contentType)\r\nContent-Length: \(frame.count)\r\n"
                + "\(configuration.token.headerLine)\r\n"
            let interval = 1_000_000 / configuration.framesPerSecond
            let start = ContinuousClock.now
            // Above those of any run before: a broker that still has the last frame of one must not show it as newer.
            var sequence = UInt64(SystemClock.unixTime.rawValue)
            var count = 0
            var replies = inbound.makeAsyncIterator()
            while !Task.isCancelled {
                let due = start + .microseconds(Int64(Double(count) * interval))
                if due > .now { try? await Task.sleep(until: due, tolerance: .zero, clock: .continuous) }
                guard !Task.isCancelled else { break }
                sequence += 1
                count += 1
                SyntheticFrame.stamp(&frame, time: SystemClock.unixTime.rawValue, sequence: sequence)
                var buffer = ByteBuffer()
                buffer.reserveCapacity(head.utf8.count + frame.count)
                buffer.writeString(head)
                buffer.writeBytes(frame)
                try await outbound.write(buffer)
                // One request at a time: the reply to a post is short and comes in one piece.
                guard let reply = try await replies.next() else {
                    if Task.isCancelled { break }
                    throw LoadError.publisherClosed
                }
                guard String(buffer: reply).hasPrefix("HTTP/1.1 20") else {
                    throw LoadError.refused(String(String(buffer: reply).prefix(200)))
                }
                published.increment()
            }
        }
    }
}
