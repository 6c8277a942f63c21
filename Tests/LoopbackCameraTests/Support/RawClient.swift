import NIOCore
import NIOPosix

/// A client that says what it is told to, and gives back all that it hears.
enum RawClient {
    /// Sends `bytes` to the host and port of `url`, and collects what comes until the server closes, or until `isEnough`.
    static func exchange(
        _ url: String,
        _ bytes: [UInt8],
        until isEnough: @escaping @Sendable (String) -> Bool = { _ in false }
    ) async throws -> String {
        let (host, port) = try address(of: url)
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connect(host: host, port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                }
            }
        return try await channel.executeThenClose { inbound, outbound in
            try await outbound.write(ByteBuffer(bytes: bytes))
            var heard = ""
            for try await buffer in inbound {
                heard += String(buffer: buffer)
                if isEnough(heard) { break }
            }
            return heard
        }
    }

    private static func address(of url: String) throws -> (String, Int) {
        let authority = url.dropFirst("rtsp://".count).prefix { $0 != "/" }
        guard let colon = authority.lastIndex(of: ":"), let port = Int(authority[authority.index(after: colon)...])
        else {
            throw BadURL()
        }
        return (String(authority[..<colon]), port)
    }

    private struct BadURL: Error {}
}
