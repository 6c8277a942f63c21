import Crypto
import Foundation
import Logging
import StreamBrokerKit

/// Tokens of a test, good ones and others.
enum TestTokens {
    static let publishA = "publish-a-0123456789abcdefghij"
    static let viewA = "view-a-0123456789abcdefghijklm"
    static let publishB = "publish-b-0123456789abcdefghij"
    static let viewB = "view-b-0123456789abcdefghijklm"
    static let admin = "admin-0123456789abcdefghijklmn"
    static let expired = "expired-0123456789abcdefghijkl"
    static let unknown = "unknown-0123456789abcdefghijkl"

    /// Everything above is known, but the last.
    static func policy() throws -> AccessPolicy {
        var policy = AccessPolicy()
        policy.tokens = [
            try token(publishA, [.publish], "a"), try token(viewA, [.view], "a"),
            try token(publishB, [.publish], "b"), try token(viewB, [.view], "b"),
            try token(admin, [.admin], "*"),
            try token(expired, [.publish, .view, .admin], "*", expiry: UnixMicroseconds(1)),
        ]
        return policy
    }

    static func token(
        _ text: String,
        _ permissions: Set<Permission>,
        _ streams: String,
        expiry: UnixMicroseconds? = nil
    ) throws -> StaticToken {
        StaticToken(
            name: String(text.prefix { $0 != "0" }),
            hash: try TokenHash(of: text),
            grant: Grant(permissions, streams: [try StreamPattern(streams)], expiry: expiry)
        )
    }
}

/// Makes JSON Web Tokens by hand, as an issuer that is not ours would.
enum TestJWT {
    static func make(
        header: [String: Any],
        claims: [String: Any],
        sign: (Data) throws -> Data
    ) throws -> String {
        let head = encode(try JSONSerialization.data(withJSONObject: header))
        let body = encode(try JSONSerialization.data(withJSONObject: claims))
        return "\(head).\(body).\(encode(try sign(Data("\(head).\(body)".utf8))))"
    }

    static func hmac(_ secret: String) -> (Data) -> Data {
        { Data(HMAC<SHA256>.authenticationCode(for: $0, using: SymmetricKey(data: Data(secret.utf8)))) }
    }

    private static func encode(_ data: Data) -> String {
        data.base64EncodedString()
            .replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
    }
}

/// Runs a server with a policy on a free port.
func withServer(
    access: AccessPolicy?,
    origins: [WebOrigin] = [],
    logger: Logger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }),
    configure: (inout BrokerServerConfiguration) -> Void = { _ in },
    _ body: @Sendable (_ server: BrokerServer, _ broker: Broker, _ port: Int) async throws -> Void
) async throws {
    var configuration = BrokerServerConfiguration()
    configuration.port = 0
    configuration.drainTimeout = .milliseconds(200)
    configuration.access = access
    configuration.allowedOrigins = origins
    configure(&configuration)
    let broker = Broker()
    let server = BrokerServer(broker: broker, configuration: configuration, logger: logger)
    try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await server.run() }
        try await body(server, broker, server.boundPort)
        group.cancelAll()
        try await group.waitForAll()
    }
}

/// One request on a connection of its own.
struct TestRequest: Sendable {
    var method = "GET"
    var target: String
    var fields: [String] = []
    var body: [UInt8] = []

    static func ingest(_ stream: String) -> TestRequest {
        TestRequest(method: "POST", target: "/ingest/\(stream)", body: TestFrames.webp(number: 1))
    }

    static func webSocket(_ target: String) -> TestRequest {
        TestRequest(
            target: target,
            fields: [
                "Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Version: 13",
                "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", "Sec-WebSocket-Protocol: \(FrameHeader.subprotocol)",
            ]
        )
    }

    func with(_ more: String...) -> TestRequest {
        var request = self
        request.fields += more
        return request
    }

    func withQuery(token: String) -> TestRequest {
        var request = self
        request.target += (target.contains("?") ? "&" : "?") + "token=\(token)"
        return request
    }

    /// The answer's head, and as much of its body as came with it.
    func send(_ port: Int) async throws -> RawConnection.Reply {
        var fields = ["Host: 127.0.0.1:\(port)"] + fields
        if !body.isEmpty { fields.append("Content-Length: \(body.count)") }
        if !fields.contains(where: { $0.hasPrefix("Connection") }) { fields.append("Connection: close") }
        let head = "\(method) \(target) HTTP/1.1\r\n\(fields.map { "\($0)\r\n" }.joined())\r\n"
        let isEndless = target.hasPrefix("/multipart") || target.hasPrefix("/ws")
        return try await RawConnection.exchange(port: port, [Array(head.utf8) + body]) { bytes in
            // Answers with a length end by themselves.
            isEndless && String(decoding: bytes, as: UTF8.self).contains("\r\n\r\n")
                && !String(decoding: bytes, as: UTF8.self).contains("Content-Length")
        }
    }
}
