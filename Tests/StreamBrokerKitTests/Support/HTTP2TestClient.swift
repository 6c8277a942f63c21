import NIOCore
import NIOHTTP1
import NIOHTTP2
import NIOPosix

/// An HTTP/2 connection without TLS, on which requests are made beside each other.
struct HTTP2TestClient: Sendable {
    struct Answer: Sendable {
        var status = 0
        var headers = HTTPHeaders()
        var body: [UInt8] = []

        var text: String { String(decoding: body, as: UTF8.self) }
    }

    let connection: any NIOCore.Channel
    private let handover: TaskHandover
    private let streams: NIOHTTP2Handler.AsyncStreamMultiplexer<Void>

    static func run<Result: Sendable>(
        port: Int,
        _ body: @Sendable (HTTP2TestClient) async throws -> Result
    ) async throws -> Result {
        let client = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connect(host: "127.0.0.1", port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    let handover = TaskHandover()
                    try handover.addFirst(to: channel)
                    return HTTP2TestClient(
                        connection: channel,
                        handover: handover,
                        streams: try channel.pipeline.syncOperations.configureAsyncHTTP2Pipeline(
                            mode: .client,
                            configuration: .init()
                        ) { $0.eventLoop.makeSucceededVoidFuture() }
                    )
                }
            }
        do {
            let result = try await body(client)
            try? await client.connection.close()
            return result
        } catch {
            try? await client.connection.close()
            throw error
        }
    }

    /// - Parameter endsBody: Whether the request is ever at its end.
    func send(
        _ method: HTTPMethod,
        _ target: String,
        headers: [(String, String)] = [],
        body: [UInt8] = [],
        endsBody: Bool = true
    ) async throws -> Answer {
        let stream = try await streams.openStream { stream in
            stream.eventLoop.makeCompletedFuture {
                let codec = HTTP2FramePayloadToHTTP1ClientCodec(httpProtocol: .http)
                try stream.pipeline.syncOperations.addHandler(codec)
                try handover.addLast(to: stream)
                return try NIOAsyncChannel<HTTPClientResponsePart, HTTPClientRequestPart>(
                    wrappingChannelSynchronously: stream
                )
            }
        }
        return try await stream.executeThenClose { inbound, outbound in
            let fields = HTTPHeaders([("Host", "localhost")] + headers)
            try await outbound.write(
                .head(HTTPRequestHead(version: .http1_1, method: method, uri: target, headers: fields))
            )
            if !body.isEmpty { try await outbound.write(.body(.byteBuffer(ByteBuffer(bytes: body)))) }
            if endsBody { try await outbound.write(.end(nil)) }
            var answer = Answer()
            for try await part in inbound {
                handover.received()
                switch part {
                case .head(let head): (answer.status, answer.headers) = (Int(head.status.code), head.headers)
                case .body(let bytes): answer.body += Array(bytes.readableBytesView)
                case .end: return answer
                }
            }
            return answer
        }
    }
}
