import Crypto
import Foundation
import StreamBrokerKit
import Testing

@Suite("JSON Web Tokens (RFC 7519, RFC 8725)")
struct JWTTests {
    private static let secret = "an-hs256-secret-0123456789abcdefghijklmnop"
    private static let now = UnixMicroseconds(2_000_000_000_000_000)
    private static let seconds = 2_000_000_000.0

    private func claims(_ changes: [String: Any?] = [:]) -> [String: Any] {
        let usual: [String: Any?] = [
            "exp": Self.seconds + 600, "iss": "us", "aud": "cameras", "sub": "anna", "permissions": ["view"],
            "streams": ["front*"],
        ]
        return usual.merging(changes) { $1 }.compactMapValues { $0 }
    }

    private func token(
        header: [String: Any] = ["alg": "HS256", "typ": "JWT"],
        _ changes: [String: Any?] = [:],
        secret: String = secret
    ) throws -> String {
        try TestJWT.make(header: header, claims: claims(changes), sign: TestJWT.hmac(secret))
    }

    private func verify(_ token: String, _ keys: [JWTKey]? = nil) async throws -> (subject: String, grant: Grant) {
        var known = keys
        if known == nil { known = [try await .hs256(secret: Self.secret)] }
        return try JWTVerifier(keys: known ?? [], issuer: "us", audience: "cameras").verify(token, at: Self.now)
    }

    private func denial(_ token: String, _ keys: [JWTKey]? = nil) async throws -> AccessDenial.Reason? {
        do {
            _ = try await verify(token, keys)
            return nil
        } catch let denial as AccessDenial {
            return denial.reason
        }
    }

    @Test("A good token gives what its claims say, until it expires")
    func good() async throws {
        let (subject, grant) = try await verify(token())
        #expect(subject == "anna")
        let front = try StreamPattern("front*")
        #expect(grant.permissions == [.view] && grant.streams == [front])
        #expect(grant.expiry == UnixMicroseconds(Self.now.rawValue + 630_000_000))
        let several = try await verify(token(["aud": ["others", "cameras"], "permissions": ["view", "publish"]]))
        #expect(several.grant.permissions == [.view, .publish])
        #expect(try await verify(token(["permissions": nil])).grant.permissions.isEmpty)
        #expect(try await verify(token(["streams": nil])).grant.streams.isEmpty)
    }

    @Test("Times have a leeway of half a minute, and no more")
    func times() async throws {
        #expect(try await denial(token(["exp": Self.seconds - 29])) == nil)
        #expect(try await denial(token(["exp": Self.seconds - 31])) == .expired)
        #expect(try await denial(token(["exp": nil])) == .invalid)
        #expect(try await denial(token(["exp": "2099"])) == .invalid)
        #expect(try await denial(token(["exp": 1e300])) == nil)
        #expect(try await denial(token(["exp": -1e300])) == .expired)
        #expect(try await denial(token(["nbf": Self.seconds + 29])) == nil)
        #expect(try await denial(token(["nbf": Self.seconds + 31])) == .notYetValid)
    }

    @Test("A token from or for somebody else is refused")
    func parties() async throws {
        #expect(try await denial(token(["iss": "them"])) == .issuer)
        #expect(try await denial(token(["iss": nil])) == .issuer)
        #expect(try await denial(token(["aud": "doors"])) == .audience)
        #expect(try await denial(token(["aud": ["doors", "camera"]])) == .audience)
        #expect(try await denial(token(["aud": nil])) == .audience)
    }

    @Test("Claims that mean nothing are not passed over")
    func claims() async throws {
        #expect(try await denial(token(["permissions": ["view", "fly"]])) == .invalid)
        #expect(try await denial(token(["streams": ["*a"]])) == .invalid)
        #expect(try await denial(token(["permissions": "view"])) == .invalid)
    }

    @Test("The key decides on the algorithm, whatever the token says")
    func algorithms() async throws {
        for name in ["none", "None", "NONE", "", "HS384", "HS512", "RS256", "ES256", "EdDSA", "hs256"] {
            #expect(try await denial(token(header: ["alg": name])) == .invalid, "\(name)")
        }
        #expect(try await denial(token(header: ["typ": "JWT"])) == .invalid)
        let unsigned = try TestJWT.make(header: ["alg": "none"], claims: claims()) { _ in Data() }
        #expect(try await denial(unsigned) == .invalid)
        let empty = try TestJWT.make(header: ["alg": "HS256"], claims: claims()) { _ in Data() }
        #expect(try await denial(empty) == .invalid)
        #expect(try await denial(token(header: ["alg": "HS256", "crit": ["x"]])) == .invalid)
        // A public key taken for the secret of an HMAC.
        let pem = P256.Signing.PrivateKey().publicKey.pemRepresentation
        let confused = try token(header: ["alg": "HS256"], secret: pem)
        #expect(try await denial(confused, [.es256(pem: pem)]) == .invalid)
    }

    @Test("Another key, a changed claim and a cut token are refused")
    func signatures() async throws {
        let good = try token()
        #expect(try await denial(good) == nil)
        #expect(try await denial(token(secret: "another-secret-0123456789abcdefghijklmnopq")) == .invalid)
        let parts = good.split(separator: ".").map(String.init)
        let other = try token(["streams": ["*"]]).split(separator: ".").map(String.init)
        for broken in [
            "\(parts[0]).\(other[1]).\(parts[2])", "\(parts[0]).\(parts[1]).", "\(parts[0]).\(parts[1])", good + ".",
            good + "=", String(good.dropLast()), "..", "eyJ..",
        ] {
            #expect(try await denial(broken) == .invalid, "\(broken)")
        }
    }

    @Test("A key that has an id is used for tokens that name it, and no other is")
    func keyIDs() async throws {
        let keys: [JWTKey] = [try await .hs256(secret: Self.secret, id: "one")]
        #expect(try await denial(token(header: ["alg": "HS256", "kid": "one"]), keys) == nil)
        #expect(try await denial(token(header: ["alg": "HS256", "kid": "two"]), keys) == .invalid)
        #expect(try await denial(token(header: ["alg": "HS256"]), keys) == .invalid)
        #expect(try await denial(token(header: ["alg": "HS256", "kid": "one"])) == .invalid)
    }

    @Test("ECDSA on P-256")
    func es256() async throws {
        let key = P256.Signing.PrivateKey()
        let signed = try TestJWT.make(header: ["alg": "ES256"], claims: claims()) {
            try key.signature(for: $0).rawRepresentation
        }
        #expect(try await denial(signed, [.es256(pem: key.publicKey.pemRepresentation)]) == nil)
        #expect(
            try await denial(signed, [.es256(pem: P256.Signing.PrivateKey().publicKey.pemRepresentation)]) == .invalid
        )
        await #expect {
            try await JWTKey.es256(pem: key.pemRepresentation)
        } throws: { ($0 as? AccessError)?.code == .invalidKey && "\($0)".contains("private") }
        await #expect(throws: AccessError.self) { try await JWTKey.es256(pem: "nothing") }
    }

    @Test("Ed25519, by its PEM file and by a key set")
    func edDSA() async throws {
        let key = Curve25519.Signing.PrivateKey()
        let header = ["alg": "EdDSA", "kid": "k"]
        let signed = try TestJWT.make(header: header, claims: claims()) { try key.signature(for: $0) }
        // SubjectPublicKeyInfo (RFC 8410, section 4) is these bytes and the key.
        let info =
            Data([0x30, 0x2A, 0x30, 0x05, 0x06, 0x03, 0x2B, 0x65, 0x70, 0x03, 0x21, 0x00])
            + key.publicKey.rawRepresentation
        let pem = "-----BEGIN PUBLIC KEY-----\n\(info.base64EncodedString())\n-----END PUBLIC KEY-----"
        #expect(try await denial(signed, [.edDSA(pem: pem, id: "k")]) == nil)
        let x = key.publicKey.rawRepresentation.base64EncodedString()
            .replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
        let set = #"{"keys":[{"kty":"OKP","crv":"Ed25519","kid":"k","x":"\#(x)"}]}"#
        #expect(try await denial(signed, JWTKey.keySet(json: set)) == nil)
        let other = set.replacing(#""k""#, with: #""l""#)
        #expect(try await denial(signed, JWTKey.keySet(json: other)) == .invalid)
        for bad in ["", "{}", #"{"keys":[]}"#, #"{"keys":[{"kty":"OKP","crv":"Ed25519","x":"AA"}]}"#] {
            await #expect(throws: AccessError.self, "\(bad)") { try await JWTKey.keySet(json: bad) }
        }
    }

    @Test("A key that somebody could guess is refused")
    func weakKeys() async throws {
        for secret in ["secret", "0123456789abcdefghijklmnopqrstu"] {
            await #expect {
                try await JWTKey.hs256(secret: secret)
            } throws: { ($0 as? AccessError)?.code == .weakToken }
        }
    }
}
