internal import Crypto
public import Foundation
internal import SwiftASN1
internal import X509

/// A certificate that a server signs for itself, and its key, in files that are made when they are needed.
///
/// Both files are this user's alone. Nobody trusts the certificate unasked: its clients are given the file, as in `brokerctl publish --ca-cert`. The key stays the same for as long as its
/// file does; the certificate is made anew shortly before it expires, and when it is for other names.
public struct SelfSignedCertificate: Sendable, Hashable {
    /// The file with the certificate.
    public let certificateFile: String
    /// The file with its key.
    public let privateKeyFile: String
    /// The certificate's SHA-256 fingerprint, as browsers and `openssl x509 -fingerprint -sha256` show it.
    public let fingerprint: String
    /// Until when it is valid.
    public let expiry: Date
    /// Whether the certificate was made just now.
    public let isNew: Bool

    /// How long a certificate is valid: the longest that Apple's systems accept of a certificate that was trusted by hand.
    package static let lifetime: Duration = .seconds(825 * 86_400)
    /// How long before its end a certificate is made anew.
    package static let renewalMargin: Duration = .seconds(30 * 86_400)

    /// The files as a server is told of them.
    public var tls: ServerTLS { ServerTLS(certificateFile: certificateFile, privateKeyFile: privateKeyFile) }

    /// Takes the certificate and the key that lie in a folder; makes the folder and what of them is missing or no longer good.
    ///
    /// - Parameters:
    ///   - names: The host names and IP addresses that the certificate is for, besides those of loopback.
    ///   - now: The time of day.
    /// - Throws: ``BrokerServerError`` with ``BrokerServerError/Code/certificateUnusable`` when the folder cannot be used or the key there
    ///   is none of this kind.
    public init(folder: String, names: [String], now: Date = Date()) throws(BrokerServerError) {
        certificateFile = "\(folder)/self-signed.pem"
        privateKeyFile = "\(folder)/self-signed.key"
        do {
            try PrivateFile.makeFolder(folder)
        } catch {
            throw .certificateUnusable(
                "the folder \(folder) cannot be made: choose another with --tls-folder",
                cause: error
            )
        }
        let key = try Self.key(in: privateKeyFile)
        let wanted = CertificateNames(["localhost", "127.0.0.1", "::1"] + names)
        if let kept = Self.certificate(in: certificateFile),
            kept.isGood(for: wanted, key: key, at: now + Self.renewalMargin)
        {
            isNew = false
            (fingerprint, expiry) = (kept.fingerprint, kept.notValidAfter)
            return
        }
        do {
            let made = try Certificate.selfSigned(by: key, for: wanted, at: now, lifetime: Self.lifetime)
            try PrivateFile.replace(certificateFile, with: made.serializeAsPEM().pemString + "\n")
            isNew = true
            (fingerprint, expiry) = (made.fingerprint, made.notValidAfter)
        } catch {
            throw .certificateUnusable(
                "the certificate \(certificateFile) cannot be written: choose another folder",
                cause: error
            )
        }
    }

    private static func key(in path: String) throws(BrokerServerError) -> P256.Signing.PrivateKey {
        do {
            // Whoever starts at the same moment has the same key: one of the two makes the file.
            try PrivateFile.createIfMissing(path, P256.Signing.PrivateKey().pemRepresentation + "\n")
            return try P256.Signing.PrivateKey(pemRepresentation: String(contentsOfFile: path, encoding: .utf8))
        } catch {
            throw .certificateUnusable(
                "the key \(path) cannot be made or read, or is no P-256 key: remove it, or choose another folder",
                cause: error
            )
        }
    }

    private static func certificate(in path: String) -> Certificate? {
        (try? String(contentsOfFile: path, encoding: .utf8)).flatMap { try? Certificate(pemEncoded: $0) }
    }
}

extension Certificate {
    fileprivate static func selfSigned(
        by key: P256.Signing.PrivateKey,
        for names: CertificateNames,
        at now: Date,
        lifetime: Duration
    ) throws -> Certificate {
        let name = try DistinguishedName { CommonName("Stream Broker") }
        let hash = SHA256.hash(data: key.publicKey.derRepresentation)
        return try Certificate(
            version: .v3,
            serialNumber: SerialNumber(),
            publicKey: PublicKey(key.publicKey),
            // A client's clock may be a little behind.
            notValidBefore: now - .seconds(3_600),
            notValidAfter: now + lifetime - .seconds(3_600),
            issuer: name,
            subject: name,
            signatureAlgorithm: .ecdsaWithSHA256,
            extensions: Extensions {
                // No key usage: libraries would not take a certificate for its own issuer that may sign nothing.
                Critical(BasicConstraints.notCertificateAuthority)
                try ExtendedKeyUsage([.serverAuth])
                SubjectAlternativeNames(names.generalNames)
                SubjectKeyIdentifier(keyIdentifier: Array(hash)[..<20])
            },
            issuerPrivateKey: PrivateKey(key)
        )
    }

    fileprivate func isGood(for names: CertificateNames, key: P256.Signing.PrivateKey, at time: Date) -> Bool {
        guard notValidAfter > time, publicKey == PublicKey(key.publicKey),
            let own = try? extensions.subjectAlternativeNames
        else { return false }
        return Set(names.generalNames).isSubset(of: own)
    }

    fileprivate var fingerprint: String {
        var serializer = DER.Serializer()
        // What was parsed or made can be written.
        try? serializer.serialize(self)
        return SHA256.hash(data: serializer.serializedBytes).map { byte in
            let digits = String(byte, radix: 16, uppercase: true)
            return digits.count == 1 ? "0\(digits)" : digits
        }.joined(separator: ":")
    }
}

extension Date {
    fileprivate static func + (date: Date, duration: Duration) -> Date {
        date.addingTimeInterval(TimeInterval(duration.components.seconds))
    }

    fileprivate static func - (date: Date, duration: Duration) -> Date {
        date.addingTimeInterval(-TimeInterval(duration.components.seconds))
    }
}
