import ConfigurationFiles
import Foundation
import StreamBrokerKit
import Testing
import brokerctl

@Suite("Who may do what, as files and flags say it")
struct AccessTests {
    private static let hash = "sha256:\(String(repeating: "0", count: 64))"

    private func policy(_ yaml: String) async throws -> AccessPolicy {
        try await AccessFile(yaml: yaml, path: "/nowhere/access.yaml").policy()
    }

    @Test("Tokens have names, rights, streams and an end")
    func tokens() async throws {
        let policy = try await policy(
            """
            tokens:
              - name: yard
                hash: \(Self.hash)
                permissions: [publish, view]
                streams: [yard, front-*]
                expires: 2027-01-31T18:00:00Z
              - hash: \(Self.hash)
                permissions: admin
                expires: 2027-01-31
            anonymous:
              permissions: view
              streams: lobby
            """
        )
        let moment = UnixMicroseconds(1_801_418_400_000_000)
        let yard = Grant(
            [.publish, .view],
            streams: [try StreamPattern("yard"), try StreamPattern("front-*")],
            expiry: moment
        )
        let hash = try TokenHash(parsing: Self.hash)
        let lobby = try StreamPattern("lobby")
        #expect(policy.tokens[0] == StaticToken(name: "yard", hash: hash, grant: yard))
        #expect(policy.tokens[1].name == "unnamed")
        #expect(policy.tokens[1].grant == Grant([.admin], expiry: UnixMicroseconds(moment.rawValue - 64_800_000_000)))
        #expect(policy.anonymous == [Grant([.view], streams: [lobby])])
        #expect(!policy.isOpen)
    }

    @Test(
        "A mistake has a line, a column and a code",
        arguments: [
            ("tokens:\n  - hsah: x", ConfigurationFileError.Code.unknownKey, 2, 5),
            ("tokens: {}", .wrongShape, 1, 9),
            ("tokens:\n  - hash: x\n    permissions: [view]", .invalidValue, 2, 11),
            ("tokens:\n  - permissions: [view]", .missingKey, 2, 5),
            ("anonymous:\n  permissions: [view]\n  streams: ['a b']", .invalidValue, 3, 13),
            ("link_secret_file: missing", .unreadable, 1, 19),
            ("a: [", .notYAML, 2, 1),
        ]
    )
    func mistakes(yaml: String, code: ConfigurationFileError.Code, line: Int, column: Int) {
        #expect {
            try AccessFile(yaml: yaml, path: "/nowhere/access.yaml")
        } throws: { error in
            guard let error = error as? ConfigurationFileError else { return false }
            return error.code == code && error.place?.line == line
                && (error.place?.column == column || code == .notYAML)
        }
    }

    @Test(
        "Times are written with their unit",
        arguments: [("90s", 90), ("30m", 1_800), ("12h", 43_200), ("7d", 604_800)]
    )
    func lifetimes(text: String, seconds: Int) throws {
        #expect(try Lifetime.parse(text, flag: "--expires") == .seconds(seconds))
    }

    @Test("What is no time is refused", arguments: ["", "7", "d", "-1d", "0h", "1.5h", "1w", "99999999999999999d"])
    func badLifetimes(text: String) {
        #expect(throws: SettingError.self) { try Lifetime.parse(text, flag: "--expires") }
    }

    @Test("A server for others needs a policy, and so does Caddy for others")
    func guardedBinds() throws {
        func isRefused(host: String, _ access: AccessPolicy? = nil, _ caddy: Caddyfile? = nil) -> Bool {
            var server = BrokerServerConfiguration()
            server.host = host
            server.access = access
            return (try? BindGuard.check(server, behind: caddy)) == nil
        }
        func caddy(domain: String? = nil, bind: String? = nil) -> Caddyfile {
            Caddyfile(domain: domain, bind: bind, port: nil, brokerPort: 1)
        }
        #expect(!isRefused(host: "127.0.0.1") && !isRefused(host: "localhost") && !isRefused(host: "::1"))
        #expect(isRefused(host: "0.0.0.0") && isRefused(host: "::") && isRefused(host: "10.0.0.1"))
        #expect(!isRefused(host: "0.0.0.0", AccessPolicy()) && !isRefused(host: "0.0.0.0", .open))
        #expect(!isRefused(host: "127.0.0.1", nil, caddy()))
        #expect(!isRefused(host: "127.0.0.1", nil, caddy(bind: "localhost")))
        for open in [
            caddy(bind: "0.0.0.0"), caddy(bind: "10.0.0.1"), caddy(domain: "cameras.example.org"),
            caddy(domain: "cameras.example.org", bind: "127.0.0.1"),
        ] {
            #expect(isRefused(host: "127.0.0.1", nil, open))
            #expect(!isRefused(host: "127.0.0.1", AccessPolicy(), open))
        }
    }
}
