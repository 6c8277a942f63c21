import ArgumentParser
import Foundation
import Logging
import StreamBrokerKit

/// The flags that have the broker serve https and wss by itself.
struct TLSOptions: ParsableArguments {
    @Option(help: SettingKey.tlsCertificate.help) var tlsCert: String?
    @Option(help: SettingKey.tlsKey.help) var tlsKey: String?
    @Flag(help: SettingKey.tlsSelfSigned.help) var tlsSelfSigned = false
    @Option(help: SettingKey.tlsFolder.help) var tlsFolder: String?

    /// The certificate to serve with, made if need be; nil for none.
    ///
    /// - Parameter host: The address that the broker listens on.
    /// - Throws: ``SettingError``, ``BrokerServerError``.
    func certificate(_ settings: Settings, host: String, logger: Logger) throws -> ServerTLS? {
        let files = (settings.text(.tlsCertificate, flag: tlsCert), settings.text(.tlsKey, flag: tlsKey))
        guard try settings.flag(.tlsSelfSigned, isSet: tlsSelfSigned) ?? false else { return try Self.pair(files) }
        guard files == (nil, nil) else {
            throw SettingError(
                "--tls-self-signed and --tls-cert or --tls-key: the broker has either a certificate of its own or yours, so give one of the two"
            )
        }
        let folder = try settings.text(.tlsFolder, flag: tlsFolder) ?? StateFolder.path()
        let reached = GeneratedAccess.host(reachedAt: host).trimmingCharacters(in: ["[", "]"])
        let own = try SelfSignedCertificate(folder: folder, names: [Self.hostName, host, reached])
        logger.info(
            own.isNew ? "a certificate has been made" : "the broker's own certificate is used",
            metadata: [
                "file": "\(own.certificateFile)", "sha256": "\(own.fingerprint)",
                "expires": "\(own.expiry.formatted(.iso8601.year().month().day()))",
                "trust": "publish --ca-cert \(own.certificateFile)",
            ]
        )
        return own.tls
    }

    private static func pair(_ files: (certificate: String?, key: String?)) throws(SettingError) -> ServerTLS? {
        switch files {
        case (nil, nil): nil
        case (let certificate?, let key?): ServerTLS(certificateFile: certificate, privateKeyFile: key)
        case (_?, nil): throw SettingError("a certificate without its key: give --tls-key, too")
        case (nil, _?): throw SettingError("a key without its certificate: give --tls-cert, too")
        }
    }

    /// What the machine calls itself. Foundation would ask the network.
    private static var hostName: String {
        var name = [CChar](repeating: 0, count: 256)
        guard gethostname(&name, name.count - 1) == 0 else { return "localhost" }
        return String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
