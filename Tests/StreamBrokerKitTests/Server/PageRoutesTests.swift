import NIOCore
import NIOEmbedded
import NIOHTTP1
import StreamBrokerKit
import Testing

/// The page inside a server that is not ours.
@Suite struct PageRoutesTests {
    @Test func filesOfThePageAreAnsweredUnderTheirPrefix() throws {
        let answer = try answer(to: "/cameras/player/frame-stream.js")
        let asset = try #require(PageAssets.asset(at: "/player/frame-stream.js"))
        #expect(answer.head?.status == .ok)
        #expect(answer.head?.headers["Content-Type"] == ["text/javascript; charset=utf-8"])
        #expect(answer.head?.headers["Content-Security-Policy"] == [PageAssets.contentSecurityPolicy])
        #expect(answer.head?.headers["Access-Control-Allow-Origin"] == ["*"])
        #expect(answer.body == asset.bytes)
        #expect(answer.wentOn.isEmpty)
    }

    @Test func aFileThatIsKnownIsNotSentAgain() throws {
        let asset = try #require(PageAssets.asset(at: "/favicon.svg"))
        let answer = try answer(to: "/cameras/favicon.svg", headers: ["If-None-Match": asset.etag])
        #expect(answer.head?.status == .notModified)
        #expect(answer.body.isEmpty)
    }

    @Test func thePageIsSentToItsBroker() throws {
        let answer = try answer(to: "/cameras/?stream=door")
        #expect(answer.head?.status == .found)
        #expect(answer.head?.headers["Location"] == ["/cameras/?broker=https://broker.example&stream=door"])
        #expect(try self.answer(to: "/cameras/?broker=x").head?.status == .ok)
    }

    @Test(arguments: ["/", "/index.html", "/cameras/nothing.js", "/cameras/../Package.swift", "/cameras"])
    func everythingElseIsTheServersOwn(target: String) throws {
        let answer = try answer(to: target)
        #expect(answer.head == nil)
        #expect(answer.wentOn == [target])
    }

    @Test func otherMethodsAreTheServersOwn() throws {
        let answer = try answer(to: "/cameras/favicon.svg", method: .POST)
        #expect(answer.head == nil)
        #expect(answer.wentOn == ["/cameras/favicon.svg"])
    }

    @Test func aRequestAfterTheOtherIsAnswered() throws {
        let connection = try connection()
        for (target, isOurs) in [("/cameras/favicon.svg", true), ("/other", false), ("/cameras/app/app.js", true)] {
            let answer = try send(target, on: connection)
            #expect((answer.head != nil) == isOurs)
        }
    }

    // MARK: A connection

    private struct Answer {
        var head: HTTPResponseHead?
        var body: [UInt8] = []
        /// The targets of requests that went on to the server's own handler.
        var wentOn: [String] = []
    }

    private func connection() throws -> EmbeddedChannel {
        let connection = EmbeddedChannel()
        try connection.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
        try PageRoutes(prefix: "/cameras/", broker: "https://broker.example").add(to: connection)
        return connection
    }

    private func answer(
        to target: String,
        method: HTTPMethod = .GET,
        headers: HTTPHeaders = [:]
    ) throws -> Answer {
        try send(target, method: method, headers: headers, on: connection())
    }

    private func send(
        _ target: String,
        method: HTTPMethod = .GET,
        headers: HTTPHeaders = [:],
        on connection: EmbeddedChannel
    ) throws -> Answer {
        let head = HTTPRequestHead(version: .http1_1, method: method, uri: target, headers: headers)
        try connection.writeInbound(HTTPServerRequestPart.head(head))
        try connection.writeInbound(HTTPServerRequestPart.end(nil))
        var answer = Answer()
        while let part = try connection.readOutbound(as: HTTPServerResponsePart.self) {
            switch part {
            case .head(let head): answer.head = head
            case .body(.byteBuffer(let bytes)): answer.body += bytes.readableBytesView
            default: break
            }
        }
        while let part = try connection.readInbound(as: HTTPServerRequestPart.self) {
            if case .head(let head) = part { answer.wentOn.append(head.uri) }
        }
        return answer
    }
}
