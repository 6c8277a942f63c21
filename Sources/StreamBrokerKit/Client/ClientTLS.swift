package import NIOSSL

/// How a client checks whom it talks to over `https` and `wss`.
public struct ClientTLS: Sendable, Hashable {
    /// Whether the certificate and the host's name in it are verified. Default true.
    public var verifiesCertificates = true
    /// A PEM file with the certificates to trust in place of the system's; `nil` for the system's.
    public var caCertificateFile: String?

    /// Verification against the system's certificates.
    public init() {}

    /// What it means that verification is off.
    package static let unverifiedWarning =
        "certificate verification is off: anybody on the way can pretend to be the broker, see the pictures and replace them"

    /// - Throws: ``BrokerClientError`` with ``BrokerClientError/Code/invalidConfiguration`` when the file cannot be used.
    package func makeConfiguration() throws(BrokerClientError) -> TLSConfiguration {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.minimumTLSVersion = .tlsv12
        configuration.certificateVerification = verifiesCertificates ? .fullVerification : .none
        if let caCertificateFile {
            do {
                configuration.trustRoots = .certificates(try NIOSSLCertificate.fromPEMFile(caCertificateFile))
            } catch {
                throw BrokerClientError(
                    code: .invalidConfiguration,
                    message:
                        "the CA file \(caCertificateFile) has no readable PEM certificates; check its path and content",
                    cause: error
                )
            }
        }
        return configuration
    }
}
