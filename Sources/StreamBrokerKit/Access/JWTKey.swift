internal import Crypto
internal import Foundation
internal import JWTKit

/// A key that JSON Web Tokens may be signed with (RFC 7518).
public struct JWTKey: Sendable {
    /// The token's `kid` that names this key; `nil` for tokens without one.
    public let id: String?
    let algorithm: any JWTAlgorithm

    private init(id: String?, algorithm: any JWTAlgorithm) {
        self.id = id
        self.algorithm = algorithm
    }

    /// A secret that issuer and broker share: HMAC with SHA-256.
    ///
    /// - Throws: ``AccessError`` with ``AccessError/Code/weakToken`` below 32 bytes (RFC 7518, section 3.2).
    public static func hs256(secret: String, id: String? = nil) async throws(AccessError) -> JWTKey {
        try TokenStrength.check(secret, called: "the key")
        guard secret.utf8.count >= 32 else {
            throw AccessError(
                code: .weakToken,
                message: "an HS256 key has at least 32 bytes: make one, for example with openssl rand -hex 32"
            )
        }
        return try await make(id) { keys in
            await keys.add(hmac: HMACKey(from: secret), digestAlgorithm: .sha256)
        }
    }

    /// The public key of an issuer that signs with ECDSA on P-256.
    ///
    /// - Throws: ``AccessError`` with ``AccessError/Code/invalidKey``.
    public static func es256(pem: String, id: String? = nil) async throws(AccessError) -> JWTKey {
        try refusePrivate(pem)
        return try await make(id) { keys in await keys.add(ecdsa: try ES256PublicKey(pem: pem)) }
    }

    /// The public key of an issuer that signs with Ed25519.
    ///
    /// - Throws: ``AccessError`` with ``AccessError/Code/invalidKey``.
    public static func edDSA(pem: String, id: String? = nil) async throws(AccessError) -> JWTKey {
        try refusePrivate(pem)
        return try await make(id) { keys in await keys.add(eddsa: try EdDSA.PublicKey(pem: pem)) }
    }

    /// The public keys of a JSON Web Key Set (RFC 7517), each with the `kid` that the set gives it.
    ///
    /// - Throws: ``AccessError`` with ``AccessError/Code/invalidKey``.
    public static func keySet(json: String) async throws(AccessError) -> [JWTKey] {
        let set: JWKS
        do { set = try JSONDecoder().decode(JWKS.self, from: Data(json.utf8)) } catch {
            throw .invalidKey("the key set is not a JSON object with keys of the kinds RSA, EC or OKP")
        }
        guard !set.keys.isEmpty else { throw .invalidKey("the key set has no keys") }
        var keys: [JWTKey] = []
        for (index, key) in set.keys.enumerated() {
            guard let id = key.keyIdentifier?.string else {
                throw .invalidKey("key \(index + 1) of the key set has no kid")
            }
            guard let name = algorithm(of: key) else {
                throw .invalidKey("key \(id) of the key set does not tell its alg")
            }
            keys.append(
                try await make(id) { collection in
                    var key = key
                    key.algorithm = name
                    try await collection.add(jwk: key, isDefault: true)
                }
            )
        }
        return keys
    }

    /// A key of this curve can sign in one way only; one of RSA in several.
    private static func algorithm(of key: JWK) -> JWK.Algorithm? {
        if let algorithm = key.algorithm { return algorithm }
        switch key.curve?.rawValue {
        case "P-256": return .es256
        case "P-384": return .es384
        case "P-521": return .es512
        case "Ed25519": return .eddsa
        default: return nil
        }
    }

    private static func refusePrivate(_ pem: String) throws(AccessError) {
        guard !pem.contains("PRIVATE KEY") else {
            throw .invalidKey(
                "this is a private key, which belongs to the issuer alone: give the broker the public one"
            )
        }
    }

    /// JWTKit gives out the algorithms of a key only through a collection of keys.
    private static func make(
        _ id: String?,
        add: (JWTKeyCollection) async throws -> Void
    ) async throws(AccessError) -> JWTKey {
        let collection = JWTKeyCollection()
        do {
            try await add(collection)
            return JWTKey(id: id, algorithm: try await collection.getKey())
        } catch {
            throw .invalidKey("\(id.map { "the key \($0)" } ?? "the key") is not a public key of its kind")
        }
    }
}
