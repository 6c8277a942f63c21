import StreamBrokerKit
import Testing

@Suite("Patterns, hashes and links")
struct AccessValuesTests {
    @Test(
        "A pattern is for a stream with its renditions, or for all names that begin alike",
        arguments: [
            ("front", ["front", "front~small"], ["fronts", "front-door", "back", "FRONT"]),
            ("front~small", ["front~small"], ["front", "front~large"]),
            ("front-*", ["front-door", "front-door~small", "front-"], ["front", "frontier", "a-front-door"]),
            ("front~*", ["front~small"], ["front", "front-door"]),
            ("*", ["a", "a~b", "-"], []),
        ]
    )
    func patterns(text: String, covered: [String], others: [String]) throws {
        let pattern = try StreamPattern(text)
        for name in covered { #expect(pattern.matches(try StreamID(name)), "\(text) \(name)") }
        for name in others { #expect(!pattern.matches(try StreamID(name)), "\(text) \(name)") }
        #expect(pattern.description == text)
    }

    @Test(
        "What is no pattern is refused",
        arguments: ["", "a b", "*a", "a**", "a*b", "~*", "a~b~*", "a/b", "ä", "a.b", "?", "a\n"]
    )
    func badPatterns(text: String) {
        #expect {
            try StreamPattern(text)
        } throws: { ($0 as? AccessError)?.code == .invalidPattern }
    }

    @Test("A token is hashed as sha256sum does it")
    func hashes() throws {
        let hash = try TokenHash(of: "0123456789abcdef0123456789abcdef")
        #expect(hash.description == "sha256:3eb1bd439947eb762998e566ccc2e099c791118b2f40579cc4f7da2b5061b7f9")
        #expect(try TokenHash(parsing: hash.description) == hash)
        #expect(try TokenHash(parsing: hash.description.uppercased().replacing("SHA256", with: "sha256")) == hash)
        #expect(try TokenHash(of: "0123456789abcdef0123456789abcdeg") != hash)
    }

    @Test(
        "What somebody could guess is no token",
        arguments: [
            "", "secret", "0123456789abcdefghijk", "abababababababababababababababab", "0123456789 abcdef 0123456789",
        ]
    )
    func weakTokens(text: String) {
        #expect {
            try TokenHash(of: text)
        } throws: { ($0 as? AccessError)?.code == .weakToken && (text.isEmpty || !"\($0)".contains(text)) }
    }

    @Test(
        "What is no hash is refused without being repeated",
        arguments: ["", "sha256:", "sha256:xyz", "md5:00", "a-token-that-was-pasted-here"]
    )
    func badHashes(text: String) {
        #expect {
            try TokenHash(parsing: text)
        } throws: { ($0 as? AccessError)?.code == .invalidHash && !"\($0)".contains("pasted") }
    }

    @Test("A link opens its streams until it expires, for viewing only; a changed one opens nothing")
    func links() throws {
        let secret = try LinkSecret("a-link-secret-0123456789abcdef")
        let expiry = UnixMicroseconds(2_000_000_000_000_000)
        let before = UnixMicroseconds(expiry.rawValue - 1)
        var policy = AccessPolicy()
        policy.linkSecret = secret
        let link = secret.token(for: try StreamPattern("front-*"), until: expiry)
        let identity = try policy.identity(of: Secret(link), at: before)
        try identity.check(.view([StreamID("front-door")]), at: before)
        #expect(throws: AccessDenial(.stream, name: "link")) {
            try identity.check(.view([StreamID("back")]), at: before)
        }
        #expect(throws: AccessDenial(.permission, name: "link")) {
            try identity.check(.publish(StreamID("front-door")), at: before)
        }
        #expect(throws: AccessDenial(.permission, name: "link")) { try identity.check(.admin, at: before) }
        #expect(throws: AccessDenial(.expired)) { try policy.identity(of: Secret(link), at: expiry) }
        // What was let in before is looked at with the time, too.
        #expect(throws: AccessDenial(.permission, name: "link")) {
            try identity.check(.view([StreamID("front-door")]), at: expiry)
        }

        let parts = link.split(separator: ".").map(String.init)
        let forged = [
            [parts[0], "*", parts[2], parts[3]], [parts[0], parts[1], "2000000001", parts[3]],
            [parts[0], parts[1], "02000000000", parts[3]], [parts[0], parts[1], parts[2], String(parts[3].dropLast())],
            [parts[0], parts[1], parts[2], parts[3] + "="], [parts[0], parts[1], parts[2], ""],
            [parts[0], parts[1], parts[2]], parts + [""], ["sbl2"] + parts.dropFirst(),
            [parts[0], parts[1], parts[2], String(parts[3].reversed())],
        ]
        for parts in forged {
            #expect(throws: AccessDenial(.invalid), "\(parts)") {
                try policy.identity(of: Secret(parts.joined(separator: ".")), at: before)
            }
        }
        policy.linkSecret = try LinkSecret("another-secret-0123456789abcdef")
        #expect(throws: AccessDenial(.invalid)) { try policy.identity(of: Secret(link), at: before) }
        policy.linkSecret = nil
        #expect(throws: AccessDenial(.invalid)) { try policy.identity(of: Secret(link), at: before) }
    }

    @Test(
        "A query is repeated without its token, however that is written",
        arguments: [
            ("/?token=abc", nil), ("/?stream=a&token=abc&fps=5", "stream=a&fps=5"), ("/?%74oken=abc&a=b", "a=b"),
            ("/?token", nil), ("/", nil), ("/?a=token", "a=token"), ("/?tokens=1", "tokens=1"), ("/?%zz=abc", nil),
        ]
    )
    func queries(target: String, rest: String?) {
        #expect(Credential.repeatableQuery(ofTarget: target) == rest)
    }

    @Test("Refusals get a few lines a minute for each address, and a bounded memory")
    func allowance() throws {
        func block(_ number: Int) -> AddressBlock? {
            AddressBlock(networkOrder: [10, 0, UInt8(number >> 8), UInt8(number & 255)])
        }
        var allowance = DenialAllowance(linesPerWindow: 2, window: 60, maximumAddresses: 3)
        #expect(
            (0..<5).map { _ in allowance.note(block(1), now: 0) } == [
                .logged(unlogged: 0), .logged(unlogged: 0), .suppressed, .suppressed, .suppressed,
            ]
        )
        #expect(allowance.note(block(2), now: 1) == .logged(unlogged: 0))
        #expect(allowance.note(nil, now: 1) == .logged(unlogged: 0))
        #expect(allowance.note(block(1), now: 60) == .logged(unlogged: 3))
        // There is room for three: all others share one account.
        let lines = (10..<200).map { allowance.note(block($0), now: 59) }
        #expect(lines.count { $0 != .suppressed } <= 4)
        #expect(allowance.note(block(201), now: 1_000) == .logged(unlogged: 0))
    }
}
