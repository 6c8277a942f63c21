import NIOCore
import NIOSSL
import StreamBrokerKit

/// How the load's connections are encrypted, if they are.
struct LoadTLS: Sendable {
    private let context: NIOSSLContext?
    private let host: String

    /// - Throws: `BrokerClientError` when the CA file cannot be used.
    init(_ configuration: LoadConfiguration) throws {
        host = configuration.host
        context = try configuration.caCertificateFile.map { file in
            var tls = ClientTLS()
            tls.caCertificateFile = file
            return try NIOSSLContext(configuration: tls.makeConfiguration())
        }
    }

    /// Must be called on the connection's event loop, before any other handler is added.
    func add(to connection: any NIOCore.Channel) throws {
        guard let context else { return }
        // An address is no server name (RFC 6066, section 3); it is the certificate's all the same.
        let isAddress = (try? SocketAddress(ipAddress: host, port: 0)) != nil
        let handler = try NIOSSLClientHandler(context: context, serverHostname: isAddress ? nil : host)
        try connection.pipeline.syncOperations.addHandler(handler)
    }
}
