import Foundation
import NIOCore
import StreamBrokerKit

/// An access file with new tokens, and the commands that use them.
struct GeneratedAccess {
    /// Where the file is written.
    let path: String
    /// What to start the broker with besides the file.
    let serveOptions: [String]
    /// Where others reach the broker.
    let base: String
    /// What publishers must be told to trust; nil when they do already.
    let certificate: String?

    private static let linkDays = 7

    /// Writes the files, and tells how to go on. Tokens are told here and nowhere else.
    ///
    /// - Throws: ``SettingError``.
    func write() throws -> String {
        let file = URL(fileURLWithPath: path).standardizedFileURL
        let secretName = file.deletingPathExtension().lastPathComponent + ".link-secret"
        let secretPath = file.deletingLastPathComponent().appendingPathComponent(secretName).path
        let tokens: [(name: String, permission: Permission, token: String)] = Permission.allCases.map {
            ($0.rawValue, $0, RandomToken.make())
        }
        let secret = RandomToken.make()
        var yaml = "# Who may do what with the broker. Tokens stand here by their hashes only.\ntokens:\n"
        for (name, permission, token) in tokens {
            yaml +=
                "  - name: \(name)\n    hash: \(try TokenHash(of: token))\n    permissions: [\(permission.rawValue)]\n"
        }
        yaml += "link_secret_file: \(secretName)\n"
        try Self.make(file.path, yaml)
        try Self.make(secretPath, secret + "\n")
        let expiry = SystemClock.unixTime.rawValue + Int64(Self.linkDays) * 86_400_000_000
        let stream = try StreamPattern(SettingKey.stream.defaultText)
        let link = PageLink.make(
            base: base,
            streams: stream,
            token: try LinkSecret(secret).token(for: stream, until: UnixMicroseconds(expiry))
        )
        func token(_ permission: Permission) -> String { tokens.first { $0.permission == permission }?.token ?? "" }
        let program = CommandLine.arguments[0]
        let serve = Self.line([program, "serve"] + serveOptions + ["--access-file", file.path])
        let publish = Self.line(
            [program, "publish", "--source", "test:", "--stream", "\(stream)", "--broker", base]
                + (certificate.map { ["--ca-cert", $0] } ?? [])
        )
        let makeLink = Self.line([
            program, "link", "\(stream)", "--expires", "1h", "--base", base, "--access-file", file.path,
        ])
        return """
            \(file.path) has the hashes of new tokens, \(secretPath) what viewer links are signed with.
            Keep what you need of the following: the tokens are shown this once.

            The broker:
              \(serve)
            A test picture, or a camera with --source rtsp://…:
              BROKER_TOKEN=\(token(.publish)) \(publish)
            Watching it, for the next \(Self.linkDays) days:
              \(link)
            Further links:
              \(makeLink)
            The token that may view all streams:
              \(token(.view))
            The token that may read the metrics:
              \(token(.admin))
            """
    }

    private static func make(_ path: String, _ text: String) throws(SettingError) {
        do { try PrivateFile.createNew(path, text) } catch let error as IOError where error.errnoCode == EEXIST {
            throw SettingError("\(path) is there already: move it away, or name another file")
        } catch {
            throw SettingError("\(path) cannot be made: \(error)")
        }
    }

    /// Words as a shell takes them.
    private static func line(_ words: [String]) -> String {
        words.map { word in
            let isPlain = word.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "-_./:@%+=,".contains($0)) }
            return isPlain && !word.isEmpty ? word : "'\(word.replacing("'", with: "'\\''"))'"
        }.joined(separator: " ")
    }
}

extension GeneratedAccess {
    /// An address under which this machine is reached at an address that is listened on.
    static func host(reachedAt bind: String) -> String {
        guard bind == "0.0.0.0" || bind == "::" else { return bind.contains(":") ? "[\(bind)]" : bind }
        let addresses = Host.current().addresses.filter { !$0.contains(":") && !LoopbackHost.isLoopback($0) }
        return addresses.min() ?? "127.0.0.1"
    }
}
