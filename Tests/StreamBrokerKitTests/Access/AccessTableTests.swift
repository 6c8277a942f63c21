import Foundation
import Logging
import StreamBrokerKit
import Testing

/// Every address, with every method that it has, and every kind of token: there is no second way in.
@Suite("Who is let in where", .timeLimit(.minutes(2)))
struct AccessTableTests {
    struct Row: Sendable, CustomTestStringConvertible {
        var request: TestRequest
        /// What the right token is answered.
        var status: Int
        var right: [String]
        /// Good tokens that are not for this: another stream's, and another permission's.
        var forbidden: [String]

        var testDescription: String { "\(request.method) \(request.target)" }
    }

    private static let viewers = [TestTokens.viewA]
    private static let notViewers = [TestTokens.viewB, TestTokens.publishA, TestTokens.publishB]

    static let rows: [Row] =
        [
            Row(
                request: .ingest("a"),
                status: 202,
                right: [TestTokens.publishA],
                forbidden: [TestTokens.publishB, TestTokens.viewA, TestTokens.viewB, TestTokens.admin]
            ),
            Row(
                request: .ingest("a~small"),
                status: 202,
                right: [TestTokens.publishA],
                forbidden: [TestTokens.publishB, TestTokens.viewA, TestTokens.admin]
            ),
            Row(request: .webSocket("/ws/a"), status: 101, right: viewers, forbidden: notViewers + [TestTokens.admin]),
            Row(
                request: .webSocket("/ws/%61"),
                status: 101,
                right: viewers,
                forbidden: notViewers + [TestTokens.admin]
            ),
            Row(
                request: .webSocket("/ws?streams=a,a~small"),
                status: 101,
                right: viewers,
                forbidden: notViewers + [TestTokens.admin]
            ),
            Row(
                request: .webSocket("/ws?streams=a,b"),
                status: 101,
                right: [],
                forbidden: viewers + notViewers + [TestTokens.admin]
            ),
            Row(
                request: .webSocket("/ws"),
                status: 101,
                right: [TestTokens.viewA, TestTokens.viewB, TestTokens.admin],
                forbidden: [TestTokens.publishA, TestTokens.publishB]
            ),
            // Without an upgrade: the same answer, so that a page can ask why its socket was refused.
            Row(request: TestRequest(target: "/ws/a"), status: 426, right: viewers, forbidden: notViewers),
        ]
        + ["GET", "HEAD"].flatMap { method in
            ["/snapshot/a", "/snapshot/%61", "/snapshot/a?wait=nothing", "/multipart/a"].map { target in
                Row(
                    request: TestRequest(method: method, target: target),
                    status: target.hasSuffix("nothing") ? 400 : 200,
                    right: viewers,
                    forbidden: notViewers + [TestTokens.admin]
                )
            } + [
                Row(
                    request: TestRequest(method: method, target: "/api/streams/a"),
                    status: 200,
                    right: viewers + [TestTokens.admin],
                    forbidden: notViewers
                ),
                Row(
                    request: TestRequest(method: method, target: "/api/streams"),
                    status: 200,
                    right: [TestTokens.viewA, TestTokens.viewB, TestTokens.admin],
                    forbidden: [TestTokens.publishA, TestTokens.publishB]
                ),
                Row(
                    request: TestRequest(method: method, target: "/api/streams/"),
                    status: 200,
                    right: [TestTokens.viewA, TestTokens.viewB, TestTokens.admin],
                    forbidden: [TestTokens.publishA, TestTokens.publishB]
                ),
                Row(
                    request: TestRequest(method: method, target: "/metrics"),
                    status: 200,
                    right: [TestTokens.admin],
                    forbidden: [TestTokens.viewA, TestTokens.viewB, TestTokens.publishA, TestTokens.publishB]
                ),
            ]
        }

    @Test("A token opens what it is for and nothing else", arguments: rows)
    func table(row: Row) async throws {
        try await withServer(access: TestTokens.policy()) { _, broker, port in
            try broker.channel("a").publish(Frame(image: TestFrames.webp(number: 1)))
            let none = try await row.request.send(port)
            #expect(none.status == 401 && none.text.contains("WWW-Authenticate: Bearer realm=\"stream-broker\"\r\n"))
            for token in [TestTokens.unknown, TestTokens.expired] {
                let kind = token == TestTokens.expired ? "has expired" : "is not valid"
                for request in Self.carrying(token, row.request) {
                    let reply = try await request.send(port)
                    #expect(reply.status == 401, "\(request)")
                    #expect(reply.text.contains("error=\"invalid_token\"") && reply.text.contains(kind))
                    #expect(!reply.text.contains(token))
                }
            }
            for token in row.forbidden {
                for request in Self.carrying(token, row.request) {
                    let reply = try await request.send(port)
                    #expect(reply.status == 403, "\(request)")
                    #expect(!reply.text.contains(token))
                }
            }
            for token in row.right {
                for request in Self.carrying(token, row.request) {
                    // Each frame that is posted is numbered by the broker.
                    #expect(try await request.send(port).status == row.status, "\(request)")
                }
            }
        }
    }

    /// The three ways to show a token.
    private static func carrying(_ token: String, _ request: TestRequest) -> [TestRequest] {
        [
            request.with("Authorization: Bearer \(token)"),
            request.with("Authorization: Basic \(Data("user:\(token)".utf8).base64EncodedString())"),
            request.withQuery(token: token),
        ]
    }

    @Test(
        "Methods that an address does not have are no way in, with any token",
        arguments: ["PUT", "DELETE", "PATCH", "OPTIONS", "get"]
    )
    func methods(method: String) async throws {
        try await withServer(access: TestTokens.policy()) { _, broker, port in
            let targets = [
                "/ingest/a", "/ws/a", "/ws?streams=a", "/snapshot/a", "/multipart/a", "/api/streams", "/api/streams/a",
                "/metrics",
            ]
            for target in targets {
                for token in [
                    "", TestTokens.unknown, TestTokens.expired, TestTokens.viewA, TestTokens.publishA, TestTokens.admin,
                ] {
                    let request = TestRequest(method: method, target: target, body: TestFrames.webp(number: 1))
                    let reply = try await request.withQuery(token: token).send(port)
                    #expect(reply.status == 405 || (method == "get" && reply.status == 400), "\(method) \(target)")
                }
            }
            #expect(broker.streamIDs.isEmpty)
        }
    }

    @Test(
        "What tells nothing is everybody's",
        arguments: ["/", "/index.html", "/player/frame-stream.js", "/health", "/livez", "/readyz"]
    )
    func everybodys(target: String) async throws {
        try await withServer(access: TestTokens.policy()) { _, _, port in
            let none = try await TestRequest(target: target).send(port)
            #expect(none.status == 200)
            let unknown = TestRequest(target: target).with("Authorization: Bearer \(TestTokens.unknown)")
            #expect(try await unknown.send(port).status == 200)
        }
    }

    @Test(
        "Other spellings of an address lead nowhere",
        arguments: [
            "/SNAPSHOT/a", "//snapshot/a", "/./snapshot/a", "/snapshot/b/../a", "/snapshot/a%2F..%2Fa", "/x/snapshot/a",
        ]
    )
    func spellings(target: String) async throws {
        try await withServer(access: TestTokens.policy()) { _, broker, port in
            try broker.channel("a").publish(Frame(image: TestFrames.webp(number: 1)))
            let reply = try await TestRequest(target: target).send(port)
            #expect([400, 404].contains(reply.status))
        }
    }

    @Test("A refusal makes no state, and tells nothing of what there is")
    func noState() async throws {
        try await withServer(access: TestTokens.policy()) { _, broker, port in
            try broker.channel("a").publish(Frame(image: TestFrames.webp(number: 1)))
            func answer(_ target: String) async throws -> String {
                try await TestRequest(target: target).withQuery(token: TestTokens.viewB).send(port).body
            }
            #expect(try await answer("/snapshot/a") == answer("/snapshot/never"))
            #expect(try await answer("/api/streams/a") == answer("/api/streams/never"))
            _ = try await TestRequest.ingest("never").withQuery(token: TestTokens.publishB).send(port)
            _ = try await TestRequest.webSocket("/ws/never").withQuery(token: TestTokens.viewB).send(port)
            #expect(broker.existingChannel(try StreamID("never")) == nil)
        }
    }

    @Test("A viewer's list has the streams that he may view, an administrator's has all")
    func listing() async throws {
        try await withServer(access: TestTokens.policy()) { _, broker, port in
            for name in ["a", "a~small", "b", "c"] {
                try broker.channel(name).publish(Frame(image: TestFrames.webp(number: 1)))
            }
            func names(_ token: String) async throws -> [String] {
                let body = try await TestRequest(target: "/api/streams").withQuery(token: token).send(port).body
                struct List: Decodable {
                    struct Stream: Decodable { var stream: String }
                    var streams: [Stream]
                }
                return try JSONDecoder().decode(List.self, from: Data(body.utf8)).streams.map(\.stream)
            }
            #expect(try await names(TestTokens.viewA) == ["a", "a~small"])
            #expect(try await names(TestTokens.viewB) == ["b"])
            #expect(try await names(TestTokens.admin) == ["a", "a~small", "b", "c"])
        }
    }

    @Test("What everybody may do needs no token, and a bad token is not taken for none")
    func anonymous() async throws {
        var policy = try TestTokens.policy()
        policy.anonymous = [Grant([.view], streams: [try StreamPattern("a")])]
        try await withServer(access: policy) { _, broker, port in
            try broker.channel("a").publish(Frame(image: TestFrames.webp(number: 1)))
            let snapshot = TestRequest(target: "/snapshot/a")
            #expect(try await snapshot.send(port).status == 200)
            #expect(try await snapshot.withQuery(token: TestTokens.viewB).send(port).status == 200)
            #expect(try await snapshot.withQuery(token: TestTokens.unknown).send(port).status == 401)
            #expect(try await TestRequest(target: "/snapshot/b").send(port).status == 401)
            #expect(try await TestRequest.ingest("a").send(port).status == 401)
        }
    }

    @Test("Without a policy, on loopback, everybody may do everything, whatever token comes along")
    func open() async throws {
        try await withServer(access: nil) { _, _, port in
            for token in ["", TestTokens.unknown] {
                let posted = try await TestRequest.ingest("a").withQuery(token: token).send(port)
                #expect(posted.status == 202)
                #expect(try await TestRequest(target: "/metrics").withQuery(token: token).send(port).status == 200)
            }
        }
    }

    @Test(
        "Headers that no token can be read from are refused",
        arguments: [
            "Digest abc", "Bearer", "Bearer ", "Basic !!!", "Basic \(Data("nocolon".utf8).base64EncodedString())", "x",
        ]
    )
    func malformed(field: String) async throws {
        try await withServer(access: TestTokens.policy()) { _, _, port in
            let reply = try await TestRequest(target: "/snapshot/a").with("Authorization: \(field)").send(port)
            #expect(reply.status == 401)
        }
    }

    @Test("On one connection each request is looked at by its own token")
    func keptConnection() async throws {
        try await withServer(access: TestTokens.policy()) { _, broker, port in
            try broker.channel("a").publish(Frame(image: TestFrames.webp(number: 1)))
            func head(_ target: String, _ token: String, _ last: Bool = false) -> String {
                "HEAD \(target) HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer \(token)\r\n\(last ? "Connection: close\r\n" : "")\r\n"
            }
            let reply = try await RawConnection.exchange(
                port: port,
                head("/snapshot/a", TestTokens.viewA) + head("/snapshot/a", TestTokens.viewB)
                    + head("/metrics", TestTokens.viewA) + head("/metrics", TestTokens.admin)
                    + "HEAD /snapshot/a HTTP/1.1\r\nHost: a\r\n\r\n" + head("/snapshot/a", TestTokens.viewA, true)
            )
            let statuses = reply.text.split(separator: "HTTP/1.1 ").map { $0.prefix(3) }
            #expect(statuses == ["200", "403", "403", "200", "401", "200"])
        }
    }

    @Test(
        "A server that others reach does not run before somebody said who may do what",
        arguments: ["0.0.0.0", "::", "192.0.2.1"]
    )
    func bindGuard(host: String) async throws {
        var configuration = BrokerServerConfiguration()
        configuration.host = host
        configuration.port = 0
        let server = BrokerServer(broker: Broker(), configuration: configuration, logger: .init(label: "test"))
        await #expect {
            try await server.run()
        } throws: { ($0 as? BrokerServerError)?.code == .openToOthers }
        await #expect(throws: BrokerServerError.self) { try await server.boundPort }
    }

    @Test("A server that others reach runs when everybody was said to be welcome")
    func openBind() async throws {
        try await withServer(access: .open, configure: { $0.host = "0.0.0.0" }) { _, _, port in
            let metrics = try await TestRequest(target: "/metrics").send(port)
            #expect(metrics.status == 200)
        }
    }

    @Test(
        "This machine's own addresses are told from others",
        arguments: [
            ("127.0.0.1", true), ("127.9.8.7", true), ("::1", true), ("[::1]", true), ("localhost", true),
            ("LOCALHOST", true),
            ("::ffff:127.0.0.1", true), ("0.0.0.0", false), ("::", false), ("10.0.0.1", false),
            ("127.0.0.1.example.org", false),
            ("localhost.example.org", false), ("", false), ("127.1", false), ("2130706433", false),
        ]
    )
    func loopback(host: String, isLoopback: Bool) {
        #expect(LoopbackHost.isLoopback(host) == isLoopback)
    }
}
