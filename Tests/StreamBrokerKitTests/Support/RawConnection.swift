import NIOCore
import NIOPosix

/// A TCP connection on which a test says exactly what it wants, well-formed or not.
struct RawConnection: Sendable {
    /// What came back.
    struct Reply: Sendable {
        var bytes: [UInt8]

        var text: String { String(decoding: bytes, as: UTF8.self) }
        /// The status code of the first response.
        var status: Int? { text.hasPrefix("HTTP/1.1 ") ? Int(text.dropFirst(9).prefix(3)) : nil }
        var body: String { text.range(of: "\r\n\r\n").map { String(text[$0.upperBound...]) } ?? "" }
    }

    /// Sends everything, then reads until `isEnough` or the server closes.
    static func exchange(
        port: Int,
        _ pieces: [[UInt8]],
        until isEnough: @escaping @Sendable ([UInt8]) -> Bool = { _ in false }
    ) async throws -> Reply {
        let handover = TaskHandover()
        let connection = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connect(host: "127.0.0.1", port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try handover.addFirst(to: channel)
                    try handover.addLast(to: channel)
                    return try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                }
            }
        return try await connection.executeThenClose { inbound, outbound in
            // A server may have answered and closed before it was told anything.
            for piece in pieces { try? await outbound.write(ByteBuffer(bytes: piece)) }
            var bytes: [UInt8] = []
            do {
                for try await buffer in inbound {
                    handover.received()
                    bytes.append(contentsOf: buffer.readableBytesView)
                    if isEnough(bytes) { break }
                }
            } catch is IOError {
                // A reset after the answer is as good an end as a close.
            }
            return Reply(bytes: bytes)
        }
    }

    static func exchange(
        port: Int,
        _ text: String,
        until isEnough: @escaping @Sendable ([UInt8]) -> Bool = { _ in false }
    ) async throws -> Reply {
        try await exchange(port: port, [Array(text.utf8)], until: isEnough)
    }
}

extension String {
    /// The first place where `other` stands, without Foundation.
    func range(of other: String) -> Range<String.Index>? {
        let pattern = Array(other.utf8)
        let all = utf8
        var start = all.startIndex
        while start != all.endIndex {
            if all[start...].starts(with: pattern) { return start..<all.index(start, offsetBy: pattern.count) }
            start = all.index(after: start)
        }
        return nil
    }
}
