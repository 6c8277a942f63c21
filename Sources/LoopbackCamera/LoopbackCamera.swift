public import Logging
import NIOCore
import NIOPosix
public import ServiceLifecycle

/// A camera for demonstrations and tests: an RTSP 1.0 server (RFC 2326) that shows a clip or a moving test picture.
///
///     let camera = LoopbackCamera(configuration: .init(source: .clip(path: "street.mp4")), logger: logger)
///     async let running: Void = camera.run()
///     let url = try await camera.url()        // rtsp://127.0.0.1:40123/demo
///
/// All clients see the same moment, as with a real camera, each from the next keyframe after its PLAY on. Packets go over the
/// RTSP connection or by UDP. The camera keeps to one thread.
public struct LoopbackCamera: Service {
    private let configuration: Configuration
    private let logger: Logger
    private let bound = BoundURL()

    /// A camera that does not run yet.
    public init(configuration: Configuration, logger: Logger) {
        self.configuration = configuration
        self.logger = logger
    }

    /// The stream's URL, as soon as the camera listens.
    ///
    /// - Throws: ``LoopbackCameraError`` when the camera cannot listen or has ended; `CancellationError`.
    public func url() async throws -> String {
        try await bound.value()
    }

    /// Shows the source to everybody who connects, until the task is cancelled or a graceful shutdown begins.
    ///
    /// - Throws: ``LoopbackCameraError`` with code `cannotOpenClip`, `cannotPackClip`, `cannotEncode`, `cannotListen` or
    ///   `invalidConfiguration`. When this returns, its sockets are closed and its thread has ended.
    public func run() async throws {
        do throws(LoopbackCameraError) {
            try configuration.validate()
        } catch {
            bound.settle(.failure(error))
            throw error
        }
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let result: Result<Void, any Error>
        do {
            try await serve(on: group.next())
            result = .success(())
        } catch {
            result = .failure(error)
        }
        let end = LoopbackCameraError(code: .ended, message: "The camera has ended.")
        switch result {
        case .success: bound.settle(.failure(end))
        case .failure(let error): bound.settle(.failure(error as? LoopbackCameraError ?? end))
        }
        // Closes every channel that is left and joins the thread.
        try await group.shutdownGracefully()
        try result.get()
    }

    private func serve(on loop: any EventLoop) async throws {
        let hub = try await loop.submit { [configuration, logger] in
            NIOLoopBound(try CameraHub(configuration, loop: loop, logger: logger), eventLoop: loop)
        }.get()
        let ended = try await loop.submit { hub.value.ended.futureResult }.get()
        let server: any Channel
        do {
            server = try await bind(hub, loop)
        } catch {
            try await loop.submit { hub.value.stop() }.get()
            throw LoopbackCameraError(
                code: .cannotListen,
                message: "The camera cannot listen on \(configuration.host), port \(configuration.port).",
                cause: error
            )
        }
        let url = StreamAddress.url(
            host: server.localAddress?.ipAddress ?? configuration.host,
            port: server.localAddress?.port ?? configuration.port,
            path: configuration.path
        )
        logger.debug("The camera listens.", metadata: ["url": "\(url)"])
        bound.settle(.success(url))
        loop.execute { hub.value.run() }
        // A cancelled task and a graceful shutdown end the camera alike.
        await cancelWhenGracefulShutdown {
            await withTaskCancellationHandler {
                _ = try? await ended.get()
            } onCancel: {
                loop.execute { hub.value.stop() }
            }
        }
        try? await server.close()
        try await ended.get()
    }

    private func bind(_ hub: NIOLoopBound<CameraHub>, _ loop: any EventLoop) async throws -> any Channel {
        try await ServerBootstrap(group: loop)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .serverChannelOption(.backlog, value: 64)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            // Above 4 MB unsent a client loses frames; two large keyframes fit.
            .childChannelOption(.writeBufferWaterMark, value: .init(low: 1 << 20, high: 4 << 20))
            .childChannelInitializer { channel in
                // One event loop for all: the hub's.
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(RTSPConnection(hub: hub.value))
                }
            }
            .bind(host: configuration.host, port: configuration.port)
            .get()
    }
}

extension LoopbackCamera.Configuration {
    func validate() throws(LoopbackCameraError) {
        let isPath =
            !path.isEmpty && path.utf8.count <= 200
            && path.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."),
                    UInt8(ascii: "/"):
                    true
                default: false
                }
            }
            && !path.hasPrefix("/") && !path.hasSuffix("/")
        guard isPath else {
            throw LoopbackCameraError(
                code: .invalidConfiguration,
                message: "A camera's path is of letters, digits, and - _ . / inside, not \"\(path)\"."
            )
        }
        guard (0...65535).contains(port), maximumConnections >= 1, sessionTimeout >= .seconds(1) else {
            throw LoopbackCameraError(
                code: .invalidConfiguration,
                message: "A camera needs a port of 0 to 65535, a connection or more, and a timeout of 1 s or more."
            )
        }
    }
}
