import Logging
import NIOCore
import NIOHTTP1
import NIOPosix
import StreamBrokerKit

// A server of one's own, with a camera broker in it.
let routes = BrokerRoutes(broker: Broker(), logger: Logger(label: "cameras"))

let port = CommandLine.arguments.dropFirst().first.flatMap { Int($0) } ?? 8080
let server = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
    .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
    .childChannelInitializer { connection in
        connection.eventLoop.makeCompletedFuture {
            try connection.pipeline.syncOperations.configureHTTPServerPipeline()
            try routes.add(to: connection)
            try connection.pipeline.syncOperations.addHandler(HelloHandler())
        }
    }
    .bind(host: "127.0.0.1", port: port).get()
print("listening on http://127.0.0.1:\(server.localAddress?.port ?? port)/")
try await server.closeFuture.get()
