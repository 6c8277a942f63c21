import Foundation
import NIOCore
import NIOSSL

/// The certificate that a server shows to its clients over `https` and `wss`: TLS 1.2 and later.
public struct ServerTLS: Sendable, Hashable {
    /// A PEM file with the server's certificate, followed by those that lead to its authority.
    public var certificateFile: String
    /// A PEM file with the certificate's private key, without a passphrase.
    public var privateKeyFile: String

    /// A certificate and its key, in PEM files that are read when the server starts, and again when they have changed.
    public init(certificateFile: String, privateKeyFile: String) {
        self.certificateFile = certificateFile
        self.privateKeyFile = privateKeyFile
    }

    /// What new connections are shown, and when it expires, in seconds since 1970.
    ///
    /// - Throws: ``BrokerServerError`` with ``BrokerServerError/Code/certificateUnusable``.
    func makeContext() throws(BrokerServerError) -> (context: NIOSSLContext, expiry: Int64) {
        let certificates = try readCertificates()
        let expiry = certificates.map { Int64($0.notValidAfter) }.min() ?? 0
        let key = try readKey()
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: certificates.map { .certificate($0) },
            privateKey: .privateKey(key)
        )
        configuration.minimumTLSVersion = .tlsv12
        // A client that does not answer the end of the session holds the end of the server up.
        configuration.shutdownTimeout = .milliseconds(500)
        configuration.applicationProtocols = ["h2", "http/1.1"]
        do {
            return (try NIOSSLContext(configuration: configuration), expiry)
        } catch {
            throw .certificateUnusable(
                "the key \(privateKeyFile) does not belong to the certificate \(certificateFile): give the pair that was made together",
                cause: error
            )
        }
    }

    private func readCertificates() throws(BrokerServerError) -> [NIOSSLCertificate] {
        let text = try Self.read(certificateFile, called: "certificate")
        let certificates: [NIOSSLCertificate]
        do {
            certificates = try NIOSSLCertificate.fromPEMBytes(Array(text))
        } catch {
            throw .certificateUnusable("\(certificateFile) has no PEM certificate: check its content", cause: error)
        }
        guard let own = certificates.first else {
            throw .certificateUnusable("\(certificateFile) has no PEM certificate: check its content")
        }
        guard own.notValidAfter > time(nil) else {
            throw .certificateUnusable("the certificate \(certificateFile) has expired: renew it")
        }
        return certificates
    }

    private func readKey() throws(BrokerServerError) -> NIOSSLPrivateKey {
        let bytes = try Self.read(privateKeyFile, called: "key")
        // Both forms of an encrypted PEM key say so in their first lines, and NIOSSL would ask the terminal for the passphrase.
        guard bytes.range(of: Data("ENCRYPTED".utf8)) == nil else {
            throw .certificateUnusable(
                "the key \(privateKeyFile) is encrypted: take its passphrase off with openssl pkey -in \(privateKeyFile) -out FILE"
            )
        }
        do {
            return try NIOSSLPrivateKey(bytes: Array(bytes), format: .pem)
        } catch {
            throw .certificateUnusable("\(privateKeyFile) has no PEM private key: check its content", cause: error)
        }
    }

    private static func read(_ path: String, called name: String) throws(BrokerServerError) -> Data {
        do {
            return try Data(contentsOf: URL(fileURLWithPath: path))
        } catch {
            let isThere = FileManager.default.fileExists(atPath: path)
            throw .certificateUnusable(
                isThere
                    ? "the \(name) file \(path) cannot be read: let this user read it"
                    : "the \(name) file \(path) is not there: check the path",
                cause: error
            )
        }
    }
}

extension BrokerServerError {
    static func certificateUnusable(_ message: String, cause: (any Error)? = nil) -> BrokerServerError {
        BrokerServerError(code: .certificateUnusable, message: message, cause: cause)
    }
}
