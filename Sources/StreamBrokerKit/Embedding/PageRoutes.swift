public import NIOCore
import NIOHTTP1
import StreamBrokerCore

/// The page and the `<frame-stream>` element for an HTTP/1.1 server that already exists, and nothing of the broker.
///
/// Add it to each connection's pipeline behind the HTTP handlers and before the server's own. Requests for a file of the page are
/// answered; all others go on to the next handler.
///
/// ```swift
/// let page = PageRoutes(prefix: "/cameras/", broker: "https://broker.example:3090")
/// // in the child channel initializer:
/// try channel.pipeline.syncOperations.configureHTTPServerPipeline()
/// try page.add(to: channel)
/// try channel.pipeline.syncOperations.addHandler(MyHandler())
/// ```
public struct PageRoutes: Sendable {
    private let prefix: String
    private let broker: String?

    /// Makes the routes.
    ///
    /// - Parameters:
    ///   - prefix: The path under which the page lies, with a slash at both ends.
    ///   - broker: The broker that the page is for: its address, or `/` for one at the top of the same server; `nil` for one at the
    ///     prefix itself.
    public init(prefix: String = "/", broker: String? = nil) {
        self.prefix = prefix
        self.broker = broker
    }

    /// Adds the routes at the end of a connection's pipeline. Must be called on the connection's event loop.
    ///
    /// - Throws: `ChannelError` when the connection is closed.
    public func add(to connection: any NIOCore.Channel) throws {
        try connection.pipeline.syncOperations.addHandler(PageHandler(routes: self))
    }

    /// The answer to a request; `nil` when it is none of the page's.
    func answer(to head: HTTPRequestHead) -> HTTPAnswer? {
        guard head.method == .GET || head.method == .HEAD, let target = try? RequestTarget(head.uri),
            target.path.hasPrefix(prefix)
        else { return nil }
        let file = "/" + target.path.dropFirst(prefix.count)
        if file == "/", let broker, target.query["broker"] == nil {
            let query = Credential.repeatableQuery(ofTarget: head.uri).map { "&\($0)" } ?? ""
            var redirect = HTTPAnswer(status: .found, contentType: "text/plain", body: [])
            redirect.headers.add(name: "Location", value: "\(prefix)?broker=\(broker)\(query)")
            return redirect
        }
        return PageAssets.asset(at: file).map { .asset($0, requestHeaders: head.headers) }
    }
}

/// Answers requests for the page's files on one connection. Lives on its event loop.
private final class PageHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let routes: PageRoutes
    /// The request whose rest is being read, with its answer; `nil` while requests go on to the next handler.
    private var pending: (head: HTTPRequestHead, answer: HTTPAnswer)?

    init(routes: PageRoutes) {
        self.routes = routes
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let part = unwrapInboundIn(data)
        if case .head(let head) = part { pending = routes.answer(to: head).map { (head, $0) } }
        guard let (head, answer) = pending else { return context.fireChannelRead(wrapInboundOut(part)) }
        guard case .end = part else { return }
        pending = nil
        send(answer, to: head, context: context)
    }

    private func send(_ answer: HTTPAnswer, to head: HTTPRequestHead, context: ChannelHandlerContext) {
        var headers = answer.headers
        if answer.status != .notModified { headers.add(name: "Content-Length", value: String(answer.body.count)) }
        if !head.isKeepAlive { headers.replaceOrAdd(name: "Connection", value: "close") }
        let responseHead = HTTPResponseHead(version: .http1_1, status: answer.status, headers: headers)
        context.write(wrapOutboundOut(.head(responseHead)), promise: nil)
        if head.method != .HEAD, !answer.body.isEmpty {
            context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(bytes: answer.body)))), promise: nil)
        }
        let connection = context.channel
        let keepsAlive = head.isKeepAlive
        context.writeAndFlush(wrapOutboundOut(.end(nil))).whenComplete { _ in
            if !keepsAlive { connection.close(promise: nil) }
        }
    }
}
