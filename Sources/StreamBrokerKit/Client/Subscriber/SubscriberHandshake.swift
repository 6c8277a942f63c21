internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix
internal import NIOSSL
internal import NIOWebSocket
internal import StreamBrokerCore

/// Opens WebSockets to one viewer's address (RFC 6455, section 4).
struct SubscriberHandshake: Sendable {
    let url: ViewerURL
    let configuration: FrameSubscriberConfiguration
    private let tls: NIOSSLContext?

    /// - Throws: ``BrokerClientError`` when the CA file cannot be used.
    init(url: ViewerURL, configuration: FrameSubscriberConfiguration) throws(BrokerClientError) {
        self.url = url
        self.configuration = configuration
        guard url.broker.isSecure else {
            tls = nil
            return
        }
        let configuration = try configuration.tls.makeConfiguration()
        do { tls = try NIOSSLContext(configuration: configuration) } catch {
            throw BrokerClientError(
                code: .invalidConfiguration,
                message: "TLS cannot be set up: \(failureText(error))",
                cause: error
            )
        }
    }

    /// Connects and upgrades.
    ///
    /// - Throws: ``BrokerClientError``; cancelling the task makes it fail soon.
    func open() async throws(BrokerClientError) -> SubscriberConnection {
        let attempt = ConnectionAttempt()
        do {
            return try await withTaskCancellationHandler {
                let setUp: @Sendable (any NIOCore.Channel) -> EventLoopFuture<Upgrade> = { channel in
                    attempt.add(channel)
                    return channel.eventLoop.makeCompletedFuture { try prepare(channel) }
                }
                let upgrade =
                    if let path = url.broker.socketPath {
                        try await bootstrap.connect(unixDomainSocketPath: path, channelInitializer: setUp)
                    } else {
                        try await bootstrap.connect(
                            host: url.broker.host,
                            port: url.broker.port,
                            channelInitializer: setUp
                        )
                    }
                return try await upgrade.get()
            } onCancel: {
                attempt.cancel()
            }
        } catch let error as BrokerClientError {
            throw error
        } catch {
            throw BrokerClientError(
                code: .unreachable,
                message: "\(url) cannot be reached: \(failureText(error))",
                cause: error
            )
        }
    }

    /// What the upgrade leads to. A future of its own, because nothing is read before the upgrade itself is complete, and a refusal
    /// has a body.
    private typealias Upgrade = EventLoopFuture<SubscriberConnection>

    private var bootstrap: ClientBootstrap {
        let bootstrap = ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connectTimeout(TimeAmount(configuration.connectTimeout))
        return url.broker.socketPath == nil ? bootstrap.channelOption(.tcpOption(.tcp_nodelay), value: 1) : bootstrap
    }

    private func prepare(_ channel: any NIOCore.Channel) throws -> EventLoopFuture<SubscriberConnection> {
        let pipeline = channel.pipeline.syncOperations
        if let tls {
            try pipeline.addHandler(NIOSSLClientHandler(context: tls, serverHostname: serverName))
        }
        let upgrader = NIOTypedWebSocketClientUpgrader<Upgrade>(
            maxFrameSize: configuration.maximumMessageBytes,
            // NIO's own handler closes before it tells the error, and the reason would be lost.
            enableAutomaticErrorHandling: false,
            upgradePipelineHandler: { channel, answer in
                channel.eventLoop.makeSucceededFuture(
                    channel.eventLoop.makeCompletedFuture { try upgraded(channel, answer) }
                )
            }
        )
        var http = NIOUpgradableHTTPClientPipelineConfiguration(
            upgradeConfiguration: NIOTypedHTTPClientUpgradeConfiguration(
                upgradeRequestHead: requestHead,
                upgraders: [upgrader],
                notUpgradingCompletionHandler: { channel in
                    channel.eventLoop.makeSucceededFuture(refused(channel))
                }
            )
        )
        // The broker sends its latest frame right behind its answer, often in the same packet.
        http.leftOverBytesStrategy = .forwardBytes
        let upgrade = try pipeline.configureUpgradableHTTPClientPipeline(configuration: http).flatMap { $0 }
        let timeout = channel.eventLoop.scheduleTask(in: TimeAmount(configuration.handshakeTimeout)) {
            channel.close(promise: nil)
        }
        upgrade.whenComplete { _ in timeout.cancel() }
        return upgrade
    }

    private var requestHead: HTTPRequestHead {
        var headers: HTTPHeaders = ["Host": url.broker.authority]
        if configuration.usesFrameHeaders {
            headers.add(name: "Sec-WebSocket-Protocol", value: FrameHeader.subprotocol)
        }
        if let authorization = url.broker.authorization {
            headers.add(name: "Authorization", value: authorization.revealed)
        }
        return HTTPRequestHead(version: .http1_1, method: .GET, uri: url.target, headers: headers)
    }

    /// The name for SNI and for the certificate; an IP address is no name (RFC 6066, section 3) and is verified by itself.
    private var serverName: String? {
        (try? SocketAddress(ipAddress: url.broker.host, port: 0)) == nil ? url.broker.host : nil
    }

    private func upgraded(_ channel: any NIOCore.Channel, _ answer: HTTPResponseHead) throws -> SubscriberConnection {
        let agreed = answer.headers.first(name: "Sec-WebSocket-Protocol")
        guard agreed == (configuration.usesFrameHeaders ? FrameHeader.subprotocol : nil) else {
            channel.close(promise: nil)
            throw BrokerClientError(
                code: .protocolViolation,
                message: "\(url) does not speak \(FrameHeader.subprotocol); view it without frame headers"
            )
        }
        let inbox = SubscriberInbox(delivery: configuration.delivery)
        let pipeline = channel.pipeline.syncOperations
        try pipeline.addHandlers(
            NIOWebSocketFrameAggregator(
                minNonFinalFragmentSize: 1,
                maxAccumulatedFrameCount: 16_384,
                maxAccumulatedFrameSize: configuration.maximumMessageBytes
            ),
            SubscriberHandler(
                inbox: inbox,
                reader: MessageReader(hasHeaders: configuration.usesFrameHeaders),
                pingInterval: TimeAmount(configuration.pingInterval)
            )
        )
        return SubscriberConnection(
            channel: channel,
            inbox: inbox,
            acknowledges: configuration.usesFrameHeaders && configuration.acknowledgesFrames,
            stream: url.stream
        )
    }

    /// The broker answered with something else than 101: read its reason, then fail with it.
    private func refused(_ channel: any NIOCore.Channel) -> EventLoopFuture<SubscriberConnection> {
        let refusal = channel.eventLoop.makePromise(of: SubscriberConnection.self)
        do {
            try channel.pipeline.syncOperations.addHandler(RefusalHandler(url: url, promise: refusal))
        } catch {
            refusal.fail(error)
        }
        return refusal.futureResult
    }
}

/// The sockets of an attempt to connect, so that it can be broken off (there are several when a host has several addresses).
private final class ConnectionAttempt: Sendable {
    private struct State {
        var channels: [any NIOCore.Channel] = []
        var isCancelled = false
    }

    private let state = Locked(State())

    func add(_ channel: any NIOCore.Channel) {
        let isCancelled = state.withLock { state in
            state.channels.append(channel)
            return state.isCancelled
        }
        if isCancelled { channel.close(promise: nil) }
    }

    func cancel() {
        let channels = state.withLock { state in
            state.isCancelled = true
            return state.channels
        }
        for channel in channels { channel.close(promise: nil) }
    }
}
