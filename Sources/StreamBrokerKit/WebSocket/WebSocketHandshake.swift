import Foundation
import NIOCore
import NIOHTTP1
import NIOWebSocket
import StreamBrokerCore

/// Decides on a request to become a WebSocket (RFC 6455, section 4.2; over HTTP/2 RFC 8441, section 5).
struct WebSocketHandshake {
    /// What becomes of the connection once it is a WebSocket.
    enum Outcome {
        case viewer(ViewerRequest)
        /// There is no room for it, and it is told so by a close frame: a browser shows its page nothing else.
        case noRoom(ViewerRefusal)
        /// It says back what it is told.
        case echo
    }

    let outcome: Outcome
    private let isTagged: Bool

    /// A connection to `/debug/echo`.
    ///
    /// - Throws: the answer to give instead of the upgrade.
    init(echoing head: HTTPRequestHead) throws(HandshakeRefusal) {
        try Self.check(head)
        isTagged = false
        outcome = .echo
    }

    /// - Throws: the answer to give instead of the upgrade.
    init(
        route: Route,
        head: HTTPRequestHead,
        target: RequestTarget,
        connection: any NIOCore.Channel,
        service: BrokerService
    ) throws(HandshakeRefusal) {
        // What the address itself has wrong comes first: a page that cannot see a handshake's status asks again without one.
        let framesPerSecond = try Self.framesPerSecond(target.query["fps"])
        try Self.check(head)
        let isTagged = head.headers[canonicalForm: "Sec-WebSocket-Protocol"].contains { $0 == FrameHeader.subprotocol }

        let ids: [StreamID]
        switch route {
        case .viewer(let id): ids = [id]
        case .viewerOfMany(let several):
            guard isTagged else {
                throw .badRequest(
                    "several streams on one socket need the subprotocol \(FrameHeader.subprotocol)",
                    hint: "send Sec-WebSocket-Protocol: \(FrameHeader.subprotocol)"
                )
            }
            ids = several
        default: preconditionFailure("\(route) is no WebSocket")
        }
        var carriesMany = false
        if case .viewerOfMany = route { carriesMany = true }
        self.isTagged = isTagged
        // Only browsers say where the page is from, and only they cannot show it a status.
        let isBrowser = head.headers.contains(name: "Origin")
        let seat: ViewerSeat
        do { seat = try service.takeSeat(for: connection) } catch {
            guard isBrowser else { throw HandshakeRefusal(answer: service.answer(to: error)) }
            outcome = .noRoom(error)
            return
        }
        var streams: [ViewerRequest.Stream] = []
        for id in ids {
            let channel: FrameChannel
            do { channel = try service.broker.channel(id) } catch {
                throw HandshakeRefusal(answer: .brokerRefusal(error))
            }
            do {
                // The first stream decides on the loop; the others of the same socket go with it.
                let place = try service.takePlace(
                    in: channel,
                    current: streams.first?.place.loop ?? connection.eventLoop,
                    // A stream of HTTP/2 cannot leave its connection's.
                    among: streams.isEmpty && head.version.major < 2 ? service.loops : []
                )
                streams.append(ViewerRequest.Stream(id: id, channel: channel, place: place))
            } catch {
                guard isBrowser else { throw HandshakeRefusal(answer: service.answer(to: error)) }
                outcome = .noRoom(error)
                return
            }
        }
        outcome = .viewer(
            ViewerRequest(
                streams: streams,
                seat: seat,
                isTagged: isTagged,
                carriesMany: carriesMany,
                framesPerSecond: framesPerSecond
            )
        )
    }

    private static func check(_ head: HTTPRequestHead) throws(HandshakeRefusal) {
        guard head.headers[canonicalForm: "Upgrade"].contains(where: { $0.lowercased() == "websocket" }),
            head.headers[canonicalForm: "Connection"].contains(where: { $0.lowercased() == "upgrade" })
        else {
            throw .upgradeRequired("this address is a WebSocket", hint: "connect with ws:// or wss://")
        }
        guard head.version == .http1_1 || head.version.major == 2 else {
            throw .upgradeRequired("a WebSocket needs HTTP/1.1", hint: "connect with HTTP/1.1")
        }
        guard head.headers["Sec-WebSocket-Version"] == ["13"] else {
            throw .upgradeRequired("the WebSocket version is not 13", hint: "send Sec-WebSocket-Version: 13")
        }
        // Over HTTP/2 the method itself proves that the client means it.
        let keys = head.headers["Sec-WebSocket-Key"]
        guard head.version.major == 2 || (keys.count == 1 && Data(base64Encoded: keys[0])?.count == 16) else {
            throw .badRequest(
                "Sec-WebSocket-Key is not 16 bytes in base64",
                hint: "send one key of 16 random bytes in base64"
            )
        }
        guard !RequestHeaders.hasBody(head) else {
            throw .badRequest("a WebSocket request has no body", hint: "send no Content-Length")
        }
    }

    /// The headers of the response that begins the WebSocket; in a 101 the accept key is among them.
    ///
    /// The key's hash is NIO's; a failure is one that the checks above have excluded.
    func responseHeaders(
        for head: HTTPRequestHead,
        on connection: any NIOCore.Channel
    ) -> EventLoopFuture<HTTPHeaders> {
        var chosen: HTTPHeaders = head.version.major == 2 ? [:] : ["Connection": "Upgrade"]
        if isTagged { chosen.add(name: "Sec-WebSocket-Protocol", value: FrameHeader.subprotocol) }
        guard head.version.major < 2 else { return connection.eventLoop.makeSucceededFuture(chosen) }
        let upgrader = NIOWebSocketServerUpgrader(
            shouldUpgrade: { [chosen] connection, _ in connection.eventLoop.makeSucceededFuture(chosen) },
            upgradePipelineHandler: { connection, _ in connection.eventLoop.makeSucceededVoidFuture() }
        )
        return upgrader.buildUpgradeResponse(channel: connection, upgradeRequest: head, initialResponseHeaders: [:])
    }

    private static func framesPerSecond(_ text: String?) throws(HandshakeRefusal) -> Double? {
        guard let text else { return nil }
        guard let value = Double(text), value > 0, value <= 1_000 else {
            throw .badRequest("fps is not a number above 0 and up to 1000", hint: "use for example ?fps=5")
        }
        return value
    }
}

/// A request that does not become a WebSocket, with its answer.
struct HandshakeRefusal: Error {
    var answer: HTTPAnswer

    static func badRequest(_ error: String, hint: String) -> Self {
        Self(answer: .error(.badRequest, error, hint: hint))
    }

    static func upgradeRequired(_ error: String, hint: String) -> Self {
        Self(
            answer: .error(
                .upgradeRequired,
                error,
                hint: hint,
                headers: [("Upgrade", "websocket"), ("Connection", "Upgrade"), ("Sec-WebSocket-Version", "13")]
            )
        )
    }
}
