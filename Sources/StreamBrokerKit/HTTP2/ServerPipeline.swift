import NIOCore
import NIOSSL

/// What the pipeline of a new connection consists of.
enum ServerPipeline {
    /// HTTP/1.1, and in front of it who replaces it by HTTP/2 where the client wants that. Must be called on the connection's event loop.
    static func add(
        to connection: any NIOCore.Channel,
        service: BrokerService,
        role: BrokerHTTPHandler.Role
    ) throws {
        let pipeline = connection.pipeline.syncOperations
        let isEncrypted = (try? pipeline.handler(type: NIOSSLServerHandler.self)) != nil
        let http1 = BrokerHTTPHandler(service: service, role: role)
        let http2 = HTTP2Upgrade(service: service, role: role, http1: http1)
        // HTTP/1.1 is there from the first moment: it keeps the deadline for a client that says nothing, or never ends its handshake.
        if isEncrypted {
            try pipeline.addHandler(ALPNHandler(http2))
        } else {
            try pipeline.addHandler(PrefaceHandler(http2))
        }
        try HTTPHandlers.add(to: pipeline, limits: service.limits)
        try pipeline.addHandler(http1)
    }
}
