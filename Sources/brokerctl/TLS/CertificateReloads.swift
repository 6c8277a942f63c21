import ServiceLifecycle
import StreamBrokerKit
import UnixSignals

/// Has the broker's certificate read again at each SIGHUP.
struct CertificateReloads: Service {
    let server: BrokerServer

    func run() async throws {
        for await _ in await UnixSignalsSequence(trapping: .sighup).cancelOnGracefulShutdown() {
            server.reloadCertificate()
        }
    }

    /// Nothing to do without TLS: SIGHUP means then what it means to any program.
    static func of(_ server: BrokerServer, _ tls: ServerTLS?) -> CertificateReloads? {
        tls == nil ? nil : CertificateReloads(server: server)
    }
}
