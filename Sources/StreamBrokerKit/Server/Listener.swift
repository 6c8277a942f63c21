import NIOCore
import NIOPosix
import NIOSSL
import ServiceLifecycle

/// Accepts connections on one address, and on a Unix socket if there is one, until it is told to stop, then lets the open ones finish.
struct Listener: Sendable {
    let host: String
    let port: Int
    var socketPath: String?
    /// What connections are shown on the TCP port; `nil` for no TLS there.
    var certificates: CertificateStore?
    let boundPort = BoundPort()

    /// Does not listen: whoever waits for the port is told why.
    func refuse(_ error: BrokerServerError) -> BrokerServerError {
        boundPort.resolve(.failure(error))
        return error
    }

    /// The loops that connections are spread over.
    static var loops: [any EventLoop] { Array(MultiThreadedEventLoopGroup.singleton.makeIterator()) }

    /// - Parameters:
    ///   - setUp: Fills a new connection's pipeline, on its event loop.
    ///   - whileListening: Runs beside the listener and is cancelled with it.
    func run(
        connections: ConnectionRegistry,
        drainTimeout: Duration,
        setUp: @escaping @Sendable (any NIOCore.Channel) throws -> Void,
        whileListening: @escaping @Sendable (_ port: Int) async -> Void
    ) async throws {
        let listening: any NIOCore.Channel
        let socket: (any NIOCore.Channel)?
        do {
            try certificates?.load()
            // The socket first: whoever learns the port may use both.
            socket = try await listenOnSocket(connections, setUp)
        } catch {
            boundPort.resolve(.failure(error))
            throw error
        }
        do {
            listening = try await bootstrap(connections, certificates, setUp)
                .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
                .bind(host: host, port: port).get()
        } catch {
            let failure = BrokerServerError.listening(on: host, port: port, failedWith: error)
            await close(socket)
            boundPort.resolve(.failure(failure))
            throw failure
        }
        let port = listening.localAddress?.port ?? port
        boundPort.resolve(.success(port))

        await withTaskCancellationOrGracefulShutdownHandler {
            await withTaskGroup(of: Void.self) { group in
                group.addTask { await whileListening(port) }
                group.addTask { await certificates?.watch() }
                // Its only failure is to be closed already, which is what is waited for.
                try? await listening.closeFuture.get()
                group.cancelAll()
            }
        } onCancelOrGracefulShutdown: {
            listening.close(promise: nil)
        }
        await close(socket)

        connections.drain()
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                try? await Task.sleep(for: drainTimeout)
                connections.closeAll()
            }
            await connections.waitUntilEmpty()
            group.cancelAll()
        }
    }

    private func bootstrap(
        _ connections: ConnectionRegistry,
        _ certificates: CertificateStore?,
        _ setUp: @escaping @Sendable (any NIOCore.Channel) throws -> Void
    ) -> ServerBootstrap {
        ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.backlog, value: 1024)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { connection in
                connection.eventLoop.makeCompletedFuture {
                    let pipeline = connection.pipeline.syncOperations
                    var refusal: ConnectionLimit?
                    do throws(ConnectionLimit) { try connections.admit(connection) } catch { refusal = error }
                    // A flood is not worth a handshake, without which its client cannot be told why.
                    if refusal != .flood, let certificate = certificates?.context {
                        try pipeline.addHandler(NIOSSLServerHandler(context: certificate))
                    }
                    if let refusal {
                        try pipeline.addHandler(
                            ConnectionRefusal(
                                refusal,
                                lockout: connections.lockout,
                                isEncrypted: certificates != nil
                            )
                        )
                    } else {
                        try setUp(connection)
                    }
                }
            }
    }

    private func listenOnSocket(
        _ connections: ConnectionRegistry,
        _ setUp: @escaping @Sendable (any NIOCore.Channel) throws -> Void
    ) async throws -> (any NIOCore.Channel)? {
        guard let socketPath else { return nil }
        do {
            return try await SocketFile.make(socketPath) { path in
                try await bootstrap(connections, nil, setUp).bind(unixDomainSocketPath: path).get()
            }
        } catch {
            throw BrokerServerError.listening(onSocket: socketPath, failedWith: error)
        }
    }

    private func close(_ socket: (any NIOCore.Channel)?) async {
        guard let socket, let socketPath else { return }
        // Its only failure is to be closed already.
        try? await socket.close()
        SocketFile.remove(socketPath)
    }
}
