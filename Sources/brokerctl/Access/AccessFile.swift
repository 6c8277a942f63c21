package import ConfigurationFiles
import Foundation
package import StreamBrokerKit
import Yams

/// A file that says who may do what.
///
///     tokens:
///       - name: yard camera
///         hash: sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
///         permissions: [publish]
///         streams: [yard, front-*]
///         expires: 2027-01-01T00:00:00Z
///     link_secret_file: link-secret
///     jwt:
///       issuer: https://login.example.org
///       audience: cameras
///       key_set_file: keys.json
///     anonymous:
///       permissions: [view]
///       streams: [lobby]
///
/// Tokens stand in it by their hashes; secrets are in files of their own, named relative to this one.
package struct AccessFile {
    private let reader: YAMLReader
    private var tokens: [StaticToken] = []
    private var anonymous: [Grant] = []
    /// What viewer links are signed with.
    package private(set) var linkSecret: LinkSecret?
    private var jwt: Node?

    /// Reads a file.
    ///
    /// - Throws: ``ConfigurationFileError``.
    package static func read(_ path: String) throws(ConfigurationFileError) -> AccessFile {
        guard let text = try? String(contentsOfFile: path, encoding: .utf8) else {
            throw ConfigurationFileError(
                code: .unreadable,
                path: path,
                place: nil,
                message: "the file is not there, may not be read, or is no UTF-8 text"
            )
        }
        return try AccessFile(yaml: text, path: path)
    }

    /// Reads a file's text.
    ///
    /// - Throws: ``ConfigurationFileError``.
    package init(yaml: String, path: String) throws(ConfigurationFileError) {
        reader = YAMLReader(path: path)
        let root = try reader.compose(yaml)
        let keys = ["tokens", "link_secret_file", "jwt", "anonymous"]
        let values = try reader.mapping(root, what: "an access file", keys: keys)
        for node in try values["tokens"].map({ node throws(ConfigurationFileError) in
            try reader.list(node, what: "tokens")
        })
            ?? []
        {
            tokens.append(try token(node))
        }
        if let node = values["anonymous"] {
            let values = try reader.mapping(node, what: "anonymous", keys: ["permissions", "streams"])
            anonymous = [try grant(values, what: "anonymous", in: node)]
        }
        if let node = values["link_secret_file"] {
            let text = try reader.file(node, of: "link_secret_file")
            linkSecret = try reader.placed(node) { () throws(AccessError) in try LinkSecret(text) }
        }
        jwt = values["jwt"]
    }

    /// What the file says; reads the files of keys.
    ///
    /// - Throws: ``ConfigurationFileError``.
    package func policy() async throws(ConfigurationFileError) -> AccessPolicy {
        var policy = AccessPolicy()
        policy.tokens = tokens
        policy.anonymous = anonymous
        policy.linkSecret = linkSecret
        if let jwt { policy.jwt = try await verifier(jwt) }
        return policy
    }

    private func token(_ node: Node) throws(ConfigurationFileError) -> StaticToken {
        let values = try reader.mapping(
            node,
            what: "a token",
            keys: ["name", "hash", "permissions", "streams", "expires"]
        )
        let hash = try reader.required(values, "hash", of: "a token", in: node)
        let text = try reader.word(hash, of: "hash").text
        var name = "unnamed"
        if let node = values["name"] { name = try reader.word(node, of: "name").text }
        guard name.count <= 64, name.unicodeScalars.allSatisfy({ $0.properties.generalCategory != .control }) else {
            throw reader.mistake(.invalidValue, values["name"], "name has more than 64 characters, or a line break")
        }
        var grant = try grant(values, what: "a token", in: node)
        if let node = values["expires"] { grant.expiry = try moment(node) }
        return StaticToken(
            name: name,
            hash: try reader.placed(hash) { () throws(AccessError) in try TokenHash(parsing: text) },
            grant: grant
        )
    }

    private func grant(_ values: [String: Node], what: String, in node: Node) throws(ConfigurationFileError) -> Grant {
        var permissions: Set<Permission> = []
        let list = try reader.required(values, "permissions", of: what, in: node)
        for word in try reader.words(list, of: "permissions") {
            guard let permission = Permission(rawValue: word.text) else {
                let all = Permission.allCases.map(\.rawValue).joined(separator: ", ")
                throw reader.mistake(.invalidValue, word.node, "there is no such permission; there are \(all)")
            }
            permissions.insert(permission)
        }
        guard let streams = values["streams"] else { return Grant(permissions) }
        var patterns: [StreamPattern] = []
        for word in try reader.words(streams, of: "streams") {
            patterns.append(try reader.placed(word.node) { () throws(AccessError) in try StreamPattern(word.text) })
        }
        return Grant(permissions, streams: patterns)
    }

    private func moment(_ node: Node) throws(ConfigurationFileError) -> UnixMicroseconds {
        let text = try reader.word(node, of: "expires").text
        let date =
            (try? Date(text, strategy: .iso8601))
            ?? (try? Date(text, strategy: Date.ISO8601FormatStyle().year().month().day()))
        guard let date, abs(date.timeIntervalSince1970) < 1e11 else {
            throw reader.mistake(
                .invalidValue,
                node,
                "expires is a date, as in 2027-01-31, or a moment, as in 2027-01-31T18:00:00Z"
            )
        }
        return UnixMicroseconds(Int64(date.timeIntervalSince1970 * 1e6))
    }

    private func verifier(_ node: Node) async throws(ConfigurationFileError) -> JWTVerifier {
        let values = try reader.mapping(node, what: "jwt", keys: ["issuer", "audience", "keys", "key_set_file"])
        var keys: [JWTKey] = []
        if let node = values["keys"] {
            for node in try reader.list(node, what: "keys") { keys.append(try await key(node)) }
        }
        if let node = values["key_set_file"] {
            let json = try reader.file(node, of: "key_set_file")
            do { keys += try await JWTKey.keySet(json: json) } catch {
                throw reader.mistake(.invalidValue, node, error.message)
            }
        }
        guard !keys.isEmpty else {
            throw reader.mistake(.missingKey, node, "jwt has no keys: give keys, or key_set_file")
        }
        var issuer: String?
        var audience: String?
        if let node = values["issuer"] { issuer = try reader.word(node, of: "issuer").text }
        if let node = values["audience"] { audience = try reader.word(node, of: "audience").text }
        return JWTVerifier(keys: keys, issuer: issuer, audience: audience)
    }

    private func key(_ node: Node) async throws(ConfigurationFileError) -> JWTKey {
        let values = try reader.mapping(node, what: "a key", keys: ["id", "algorithm", "file"])
        let file = try reader.file(try reader.required(values, "file", of: "a key", in: node), of: "file")
        let name = try reader.word(try reader.required(values, "algorithm", of: "a key", in: node), of: "algorithm")
        var id: String?
        if let node = values["id"] { id = try reader.word(node, of: "id").text }
        do {
            switch name.text {
            case "HS256": return try await .hs256(secret: file, id: id)
            case "ES256": return try await .es256(pem: file, id: id)
            case "EdDSA": return try await .edDSA(pem: file, id: id)
            default: break
            }
        } catch {
            throw reader.mistake(.invalidValue, values["file"], error.message)
        }
        throw reader.mistake(.invalidValue, name.node, "algorithm is HS256, ES256 or EdDSA")
    }
}
