import NIOCore
import NIOPosix
import NIOSSL

/// The socket of a connection whose bytes on the wire are the pipeline's own.
enum PlainSocket {
    /// `nil` under TLS, where bytes put past the pipeline would travel unencrypted, and for a channel without a socket. Must be called
    /// on the connection's event loop.
    static func handle(of connection: any NIOCore.Channel) -> NIOBSDSocket.Handle? {
        let pipeline = connection.pipeline.syncOperations
        guard (try? pipeline.handler(type: NIOSSLServerHandler.self)) == nil else { return nil }
        return try? pipeline.withUnsafeTransportIfAvailable(of: NIOBSDSocket.Handle.self) { $0 }
    }
}
