import Logging
import NIOCore
import NIOEmbedded
import NIOHTTP1
import StreamBrokerKit
import Testing

/// Access control inside a server that is not ours.
@Suite("Who is let in where, in somebody else's server")
struct EmbeddedAccessTests {
    private let broker = Broker()

    private func routes(_ access: AccessPolicy?) -> BrokerRoutes {
        let logger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
        guard let access else { return BrokerRoutes(broker: broker, logger: logger) }
        return BrokerRoutes(broker: broker, access: access, logger: logger)
    }

    /// The status, or `nil` when the request went on to the server's own handler.
    private func status(
        _ target: String,
        _ fields: HTTPHeaders = [:],
        on routes: BrokerRoutes
    ) throws -> HTTPResponseStatus? {
        let connection = EmbeddedChannel()
        try connection.connect(to: SocketAddress(unixDomainSocketPath: "/run/server.sock")).wait()
        try routes.add(to: connection)
        var headers: HTTPHeaders = ["Host": "a"]
        headers.add(contentsOf: fields)
        let head = HTTPRequestHead(version: .http1_1, method: .GET, uri: target, headers: headers)
        try connection.writeInbound(HTTPServerRequestPart.head(head))
        try connection.writeInbound(HTTPServerRequestPart.end(nil))
        guard case .head(let answer)? = try connection.readOutbound(as: HTTPServerResponsePart.self) else { return nil }
        return answer.status
    }

    @Test("The routes ask for what the policy says, and the server's own addresses are its own affair")
    func policy() throws {
        try broker.channel("a").publish(Frame(image: TestFrames.webp(number: 1)))
        let routes = routes(try TestTokens.policy())
        #expect(try status("/snapshot/a", on: routes) == .unauthorized)
        #expect(try status("/snapshot/a", ["Authorization": "Bearer \(TestTokens.viewB)"], on: routes) == .forbidden)
        #expect(try status("/snapshot/a", ["Authorization": "Bearer \(TestTokens.viewA)"], on: routes) == .ok)
        let upgrade: HTTPHeaders = ["Upgrade": "websocket", "Connection": "Upgrade", "Origin": "http://elsewhere"]
        #expect(try status("/own", on: routes) == nil)
        #expect(try status("/own", upgrade, on: routes) == nil)
        #expect(try status("/ws/a", upgrade, on: routes) == .forbidden)
        routes.replaceAccess(.open)
        #expect(try status("/snapshot/a", on: routes) == .ok)
    }

    @Test("Without a policy everybody is welcome")
    func open() throws {
        try broker.channel("a").publish(Frame(image: TestFrames.webp(number: 1)))
        #expect(try status("/snapshot/a", on: routes(nil)) == .ok)
    }
}
