import Foundation
import StreamBrokerKit
import SwiftASN1
import Testing
import X509

/// The certificate that a server signs for itself.
@Suite struct SelfSignedCertificateTests {
    /// A folder that is gone after the test.
    final class Folder {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("tls-\(UUID().uuidString)/below").path

        deinit { try? FileManager.default.removeItem(atPath: (path as NSString).deletingLastPathComponent) }

        func mode(_ path: String) throws -> Int {
            let attributes = try FileManager.default.attributesOfItem(atPath: path)
            return try #require(attributes[.posixPermissions] as? Int)
        }
    }

    static func certificate(_ made: SelfSignedCertificate) throws -> Certificate {
        try Certificate(pemEncoded: String(contentsOfFile: made.certificateFile, encoding: .utf8))
    }

    @Test func itIsMadeOnceAndForTheseNames() throws {
        let folder = Folder()
        let made = try SelfSignedCertificate(folder: folder.path, names: ["Cam-Box", "192.0.2.7", "0.0.0.0", "::"])
        #expect(made.isNew)
        #expect(try folder.mode(folder.path) == 0o700 && folder.mode(made.privateKeyFile) == 0o600)
        #expect(made.fingerprint.count == 32 * 3 - 1)
        let certificate = try Self.certificate(made)
        let names = try #require(try certificate.extensions.subjectAlternativeNames)
        #expect(names.count == 5, "localhost, two of loopback, the name and the address, and none for any address")
        #expect(names.contains(.dnsName("cam-box")))
        #expect(try certificate.extensions.basicConstraints == .notCertificateAuthority)

        let again = try SelfSignedCertificate(folder: folder.path, names: ["cam-box", "192.0.2.7"])
        #expect(!again.isNew && again.fingerprint == made.fingerprint)
        #expect(abs(again.expiry.timeIntervalSince(made.expiry)) < 1)
    }

    @Test func itIsMadeAnewBeforeItExpiresAndForOtherNamesWithTheSameKey() throws {
        let folder = Folder()
        let first = try SelfSignedCertificate(folder: folder.path, names: [])
        let late = first.expiry.addingTimeInterval(-29 * 86_400)
        let early = first.expiry.addingTimeInterval(-31 * 86_400)
        #expect(try !SelfSignedCertificate(folder: folder.path, names: [], now: early).isNew)
        let second = try SelfSignedCertificate(folder: folder.path, names: [], now: late)
        #expect(second.isNew && second.fingerprint != first.fingerprint && second.expiry > first.expiry)
        let key = try Self.certificate(second).publicKey
        let third = try SelfSignedCertificate(folder: folder.path, names: ["other"], now: late)
        #expect(third.isNew)
        #expect(try Self.certificate(third).publicKey == key)
    }

    @Test func aKeyThatIsNoneIsNotReplaced() throws {
        let folder = Folder()
        let made = try SelfSignedCertificate(folder: folder.path, names: [])
        try "nothing".write(toFile: made.privateKeyFile, atomically: false, encoding: .utf8)
        let error = #expect(throws: BrokerServerError.self) {
            try SelfSignedCertificate(folder: folder.path, names: [])
        }
        #expect(error?.code == .certificateUnusable)
        #expect(try String(contentsOfFile: made.privateKeyFile, encoding: .utf8) == "nothing")
    }

    @Test func aFolderThatCannotBeIsAClearError() throws {
        let error = #expect(throws: BrokerServerError.self) {
            try SelfSignedCertificate(folder: "/dev/null/tls", names: [])
        }
        #expect(error?.message.contains("/dev/null/tls") == true)
    }
}
