import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import NIOWebSocket
import StreamBrokerCore

/// An HTTP server that answers as a test says, to play brokers that no real one would be.
final class ScriptedServer: Sendable {
    struct Request: Sendable {
        let connection: ObjectIdentifier
        let head: HTTPRequestHead
        let body: [UInt8]

        func header(_ name: String) -> String? { head.headers.first(name: name) }
    }

    enum Answer: Sendable {
        case status(Int, headers: [(String, String)] = [], body: String = "")
        /// No answer at all.
        case silence
        /// A WebSocket upgrade, whatever was asked for, after which the bytes are sent as they are.
        case upgrade(subprotocol: String?, sending: [UInt8])
    }

    let port: Int
    private let listening: any NIOCore.Channel
    private let open: ConnectionList

    /// Runs a server as long as `body` needs it. `answer` is called in the order of requests.
    static func run(
        port: Int = 0,
        isSecure: Bool = false,
        received: @escaping @Sendable (_ bytes: [UInt8]) -> Void = { _ in },
        answer: @escaping @Sendable (Request) -> Answer,
        _ body: (ScriptedServer) async throws -> Void
    ) async throws {
        let open = ConnectionList()
        let tls = isSecure ? try serverTLS() : nil
        let listening = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { connection in
                open.add(connection)
                return connection.eventLoop.makeCompletedFuture {
                    let pipeline = connection.pipeline.syncOperations
                    if let tls { try pipeline.addHandler(NIOSSLServerHandler(context: tls)) }
                    try pipeline.addHandler(HTTPResponseEncoder(), name: "encoder")
                    try pipeline.addHandler(ByteToMessageHandler(HTTPRequestDecoder()), name: "decoder")
                    try pipeline.addHandler(Handler(answer: answer, received: received))
                }
            }
            .bind(host: "127.0.0.1", port: port).get()
        let server = ScriptedServer(port: listening.localAddress!.port!, listening: listening, open: open)
        do {
            try await body(server)
        } catch {
            await server.stop()
            throw error
        }
        await server.stop()
    }

    private init(port: Int, listening: any NIOCore.Channel, open: ConnectionList) {
        self.port = port
        self.listening = listening
        self.open = open
    }

    /// Waits until the other side has closed every connection.
    func waitUntilAllAreClosed() async {
        await open.waitUntilAllAreClosed()
    }

    private func stop() async {
        try? await listening.close()
        await open.closeAll()
    }

    private static func serverTLS() throws -> NIOSSLContext {
        try NIOSSLContext(
            configuration: .makeServerConfiguration(
                certificateChain: NIOSSLCertificate.fromPEMBytes(Array(TestCertificates.server.utf8))
                    .map { .certificate($0) },
                privateKey: .privateKey(NIOSSLPrivateKey(bytes: Array(TestCertificates.serverKey.utf8), format: .pem))
            )
        )
    }

    private final class Handler: ChannelInboundHandler, RemovableChannelHandler {
        typealias InboundIn = HTTPServerRequestPart
        typealias OutboundOut = HTTPServerResponsePart

        private let answer: @Sendable (Request) -> Answer
        private let received: @Sendable ([UInt8]) -> Void
        private var head: HTTPRequestHead?
        private var body: [UInt8] = []

        init(answer: @escaping @Sendable (Request) -> Answer, received: @escaping @Sendable ([UInt8]) -> Void) {
            self.answer = answer
            self.received = received
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            switch unwrapInboundIn(data) {
            case .head(let head):
                self.head = head
                body = []
            case .body(let buffer):
                body += buffer.readableBytesView
            case .end:
                guard let head else { return }
                let connection = ObjectIdentifier(context.channel)
                send(answer(Request(connection: connection, head: head, body: body)), to: head, context)
            }
        }

        private func send(_ answer: Answer, to request: HTTPRequestHead, _ context: ChannelHandlerContext) {
            switch answer {
            case .silence:
                break
            case .status(let code, let headers, let body):
                let fields = HTTPHeaders(headers + [("Content-Length", "\(body.utf8.count)")])
                let head = HTTPResponseHead(version: .http1_1, status: .init(statusCode: code), headers: fields)
                context.write(wrapOutboundOut(.head(head)), promise: nil)
                context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(string: body)))), promise: nil)
                context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
            case .upgrade(let subprotocol, let bytes):
                upgrade(request, subprotocol, bytes, context)
            }
        }

        private func upgrade(
            _ request: HTTPRequestHead,
            _ subprotocol: String?,
            _ bytes: [UInt8],
            _ context: ChannelHandlerContext
        ) {
            // Only for the accept key of RFC 6455, section 4.2.2.
            let upgrader = NIOWebSocketServerUpgrader(
                shouldUpgrade: { channel, _ in
                    let fields = subprotocol.map { [("Sec-WebSocket-Protocol", $0)] } ?? []
                    return channel.eventLoop.makeSucceededFuture(HTTPHeaders(fields))
                },
                upgradePipelineHandler: { channel, _ in channel.eventLoop.makeSucceededVoidFuture() }
            )
            let received = received
            let bound = NIOLoopBound((handler: self, context: context), eventLoop: context.eventLoop)
            upgrader.buildUpgradeResponse(
                channel: context.channel,
                upgradeRequest: request,
                initialResponseHeaders: [:]
            ).whenSuccess { fields in
                let (handler, context) = bound.value
                var fields = fields
                fields.replaceOrAdd(name: "Upgrade", value: "websocket")
                fields.replaceOrAdd(name: "Connection", value: "upgrade")
                let head = HTTPResponseHead(version: .http1_1, status: .switchingProtocols, headers: fields)
                context.write(handler.wrapOutboundOut(.head(head)), promise: nil)
                context.writeAndFlush(handler.wrapOutboundOut(.end(nil)), promise: nil)
                let pipeline = context.pipeline.syncOperations
                pipeline.removeHandler(name: "encoder", promise: nil)
                pipeline.removeHandler(name: "decoder", promise: nil)
                try? pipeline.addHandler(BytesHandler(received: received))
                pipeline.removeHandler(handler, promise: nil)
                pipeline.writeAndFlush(NIOAny(ByteBuffer(bytes: bytes)), promise: nil)
            }
        }
    }

    private final class BytesHandler: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        private let received: @Sendable ([UInt8]) -> Void

        init(received: @escaping @Sendable ([UInt8]) -> Void) {
            self.received = received
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            received(Array(unwrapInboundIn(data).readableBytesView))
        }
    }

    private final class ConnectionList: Sendable {
        private let all = Locked<[any NIOCore.Channel]>([])

        func add(_ connection: any NIOCore.Channel) { all.withLock { $0.append(connection) } }

        func closeAll() async {
            for connection in all.withLock({ $0 }) { try? await connection.close() }
        }

        func waitUntilAllAreClosed() async {
            for connection in all.withLock({ $0 }) { try? await connection.closeFuture.get() }
        }
    }
}
