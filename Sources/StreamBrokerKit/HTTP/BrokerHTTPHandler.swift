import NIOCore
import NIOHTTP1
import StreamBrokerCore

/// One HTTP/1.1 connection to the broker, or one stream of an HTTP/2 connection: takes requests one after the other and answers each. Lives
/// on its event loop.
final class BrokerHTTPHandler: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart
    typealias OutboundIn = HTTPServerResponsePart
    typealias OutboundOut = HTTPServerResponsePart

    /// What the connection's server is.
    enum Role {
        /// A broker: it keeps the deadlines and answers everything.
        case broker
        /// The page alone, for a broker elsewhere.
        case page
        /// Somebody else's server: what is none of our addresses goes on to the next handler.
        case embedded
    }

    /// What brings the requests.
    enum Carrier {
        /// A connection of HTTP/1.1: one request after the other, until it is closed.
        case connection
        /// A stream of HTTP/2: one request, whose answer ends it. Its connection is kept by others.
        case stream
    }

    private enum State {
        case waitingForHead
        case receivingFrame(HTTPRequestHead, Ingest, body: [UInt8])
        /// The rest of the request is thrown away; then the answer is given.
        case receivingRest(HTTPRequestHead, HTTPAnswer)
        case receivingEnd(HTTPRequestHead, Route, RequestTarget)
        /// An answer is being made or written; what comes meanwhile waits.
        case answering
        case passingOn
        /// The connection ends; what comes is thrown away.
        case lingering
    }

    let service: BrokerService
    let role: Role
    let carrier: Carrier
    private var state = State.waitingForHead
    private var waitingParts = CircularBuffer<HTTPServerRequestPart>()
    private var isReadHeld = false
    private var deadline: NIODeadline = .distantFuture
    private var clock: RepeatedTask?
    /// What makes the answer, while it is being made.
    var work: Task<Void, Never>?
    private var isShuttingDown = false
    private var requestCount = 0
    private var latestDestination: (uri: String, method: HTTPMethod, target: RequestTarget, route: Route)?
    /// Whether a part of the next head is there.
    private var hasBegunHead = false
    private var hasReadPart = false
    /// Whether the latest request has come to its end.
    private var hasWholeRequest = false
    /// Whether a stream is to become another protocol's, which its client does not end.
    private var wantsTunnel = false
    private var bodyStart: NIODeadline = .distantFuture
    private var bodyByteCount = 0
    private var post: PostInFlight?
    /// Who sends the requests; looked up anew when the token is another one.
    var pass: AccessPass?
    let connectionPass: ConnectionPass?
    var accessTimer: AccessTimer?
    /// Why the request for a WebSocket that is being read is not granted.
    private var denial: AccessDenial?

    /// - Parameter connectionPass: Where a connection of several streams keeps its latest pass.
    init(
        service: BrokerService,
        role: Role,
        carrier: Carrier = .connection,
        connectionPass: ConnectionPass? = nil
    ) {
        self.connectionPass = connectionPass
        self.service = service
        self.role = role
        self.carrier = carrier
    }

    // MARK: The connection

    func handlerAdded(context: ChannelHandlerContext) {
        guard role != .embedded else { return }
        deadline = .now() + TimeAmount(service.limits.headTimeout)
        let bound = NIOLoopBound((handler: self, context: context), eventLoop: context.eventLoop)
        clock = context.eventLoop.scheduleRepeatedTask(initialDelay: .seconds(1), delay: .seconds(1)) { _ in
            let (handler, context) = bound.value
            handler.checkDeadline(context: context)
        }
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        stop()
    }

    func channelInactive(context: ChannelHandlerContext) {
        stop()
        context.fireChannelInactive()
    }

    private func stop() {
        clock?.cancel()
        clock = nil
        work?.cancel()
        work = nil
        post = nil
        stopWatchingAccess()
    }

    private func checkDeadline(context: ChannelHandlerContext) {
        let now = NIODeadline.now()
        guard now >= deadline || isBodyTooSlow(now: now) else { return }
        deadline = .distantFuture
        switch state {
        case .waitingForHead where requestCount == 0 || hasBegunHead:
            send(.slowRequest(.headTime), to: nil, context: context)
        case .receivingFrame, .receivingRest, .receivingEnd:
            send(.slowRequest(.bodyTime), to: nil, context: context)
        case .waitingForHead:
            service.limitTally.note(.idleTime)
            context.close(promise: nil)
        case .lingering:
            context.close(promise: nil)
        case .answering, .passingOn:
            break
        }
    }

    private func isBodyTooSlow(now: NIODeadline) -> Bool {
        switch state {
        case .receivingFrame, .receivingRest, .receivingEnd:
            service.limits.bodyPace.isTooSlow(
                received: bodyByteCount,
                elapsed: .nanoseconds((now - bodyStart).nanoseconds)
            )
        case .waitingForHead, .answering, .passingOn, .lingering: false
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        // Bytes came and no part of a request was made of them: they are the beginning of a head, which has its time in all.
        if !hasReadPart, requestCount > 0, !hasBegunHead, case .waitingForHead = state {
            hasBegunHead = true
            deadline = .now() + TimeAmount(service.limits.headTimeout)
        }
        hasReadPart = false
        context.fireChannelReadComplete()
    }

    func read(context: ChannelHandlerContext) {
        // A client that sends requests faster than they are answered waits in its own socket.
        if waitingParts.isEmpty { context.read() } else { isReadHeld = true }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard event is ServerIsShuttingDown else { return context.fireUserInboundEventTriggered(event) }
        isShuttingDown = true
        if case .waitingForHead = state { context.close(promise: nil) }
        work?.cancel()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard role != .embedded else { return context.fireErrorCaught(error) }
        switch (state, error) {
        case (.lingering, _), (.answering, _), (.passingOn, _):
            context.close(promise: nil)
        case (_, HTTPParserError.headerOverflow):
            send(.headTooLarge(service.limits), to: nil, context: context)
        case (_, is HTTPParserError):
            send(
                .error(
                    .badRequest,
                    "the request is not HTTP/1.1",
                    hint: "send a well-formed request",
                    closesConnection: true,
                    limit: .malformed
                ),
                to: nil,
                context: context
            )
        default:
            context.close(promise: nil)
        }
    }

    // MARK: Requests

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let part = unwrapInboundIn(data)
        hasReadPart = true
        switch part {
        case .head: hasWholeRequest = false
        case .body(let bytes): bodyByteCount += bytes.readableBytes
        case .end: hasWholeRequest = true
        }
        if case .answering = state {
            waitingParts.append(part)
        } else {
            receive(part, context: context)
        }
    }

    private func receive(_ part: HTTPServerRequestPart, context: ChannelHandlerContext) {
        switch (state, part) {
        case (.waitingForHead, .head(let head)):
            begin(head, context: context)
        case (.receivingFrame(let head, let ingest, var body), .body(let bytes)):
            // Taken out of the state, so that the array grows in place.
            state = .waitingForHead
            guard body.count + bytes.readableBytes <= service.limits.maximumFrameBytes else {
                return send(.frameTooLarge(limit: service.limits.maximumFrameBytes), to: head, context: context)
            }
            guard post?.receive(bytes.readableBytes) ?? true else {
                return send(.tooManyPosts, to: head, context: context)
            }
            body.append(contentsOf: bytes.readableBytesView)
            state = .receivingFrame(head, ingest, body: body)
        case (.receivingFrame(let head, let ingest, let body), .end):
            state = .answering
            send(ingest.publish(body, to: service), to: head, context: context)
        case (.receivingRest(let head, let answer), .end):
            send(answer, to: head, context: context)
        case (.receivingEnd(let head, let route, let target), .end):
            answerLater(route, head: head, target: target, context: context)
        case (.passingOn, let part):
            context.fireChannelRead(wrapInboundOut(part))
            if case .end = part { state = .waitingForHead }
        case (.receivingRest, .body), (.receivingEnd, .body), (.lingering, _):
            break
        case (.answering, let part):
            waitingParts.append(part)
        case (.waitingForHead, _), (.receivingFrame, .head), (.receivingRest, .head), (.receivingEnd, .head):
            // The decoder never gives parts in another order.
            assertionFailure("an HTTP part out of order")
        }
    }

    private func begin(_ head: HTTPRequestHead, context: ChannelHandlerContext) {
        requestCount += 1
        wantsTunnel = carrier == .stream && RequestHeaders.offersUpgrade(head)
        hasBegunHead = false
        denial = nil
        bodyStart = .now()
        bodyByteCount = 0
        deadline = .now() + TimeAmount(service.limits.bodyTimeout)
        if let refusal = RequestHeaders.refusal(of: head, limits: service.limits) {
            return receiveRest(of: head, then: refusal, context: context)
        }
        do {
            let (target, route) = try destination(of: head)
            if role != .page {
                do { try admit(route, head, target, context: context) } catch {
                    return deny(error, route, head: head, target: target, context: context)
                }
            }
            try begin(route, head: head, target: target, context: context)
        } catch let refusal as RouteRefusal {
            receiveRest(of: head, then: .refusal(refusal), context: context)
        } catch let refusal as IngestRefusal {
            receiveRest(of: head, then: refusal.answer, context: context)
        } catch {
            preconditionFailure("an error of no known type: \(error)")
        }
    }

    /// A publisher asks for one address all the time.
    private func destination(of head: HTTPRequestHead) throws(RouteRefusal) -> (target: RequestTarget, route: Route) {
        if let latest = latestDestination, latest.uri == head.uri, latest.method == head.method {
            return (latest.target, latest.route)
        }
        let target = try RequestTarget(head.uri)
        let route = try Route(method: head.method.rawValue, target: target)
        // Others are not kept: their addresses may hold a token, and are hardly asked for twice.
        if case .ingest = route { latestDestination = (head.uri, head.method, target, route) }
        return (target, route)
    }

    /// A browser shows its page no status of a WebSocket: it gets the socket, and a close frame on it that says why.
    private func deny(
        _ denial: AccessDenial,
        _ route: Route,
        head: HTTPRequestHead,
        target: RequestTarget,
        context: ChannelHandlerContext
    ) {
        if denial.reason != .origin, head.headers.contains(name: "Origin"), WebSocketHandshake.isAskedFor(head, route) {
            self.denial = denial
            state = .receivingEnd(head, route, target)
        } else {
            receiveRest(of: head, then: denial.answer, context: context)
        }
    }

    private func begin(
        _ route: Route,
        head: HTTPRequestHead,
        target: RequestTarget,
        context: ChannelHandlerContext
    ) throws {
        switch route {
        case .asset("/") where role == .page && target.query["broker"] == nil:
            receiveRest(of: head, then: service.pageWithBroker(head: head), context: context)
        case _ where role == .page && !route.isPartOfPage:
            receiveRest(of: head, then: .notFound, context: context)
        case _ where wantsTunnel && !isWebSocket(route):
            // Any answer but a refusal would mean that the tunnel is there.
            throw RouteRefusal.methodNotAllowed(allowed: route.allowedMethods)
        case .ingest(let stream):
            let ingest = try Ingest(stream: stream, headers: head.headers)
            guard !service.connections.isDraining else {
                return receiveRest(of: head, then: .draining, context: context)
            }
            let length = RequestHeaders.contentLength(of: head)
            guard length ?? 0 <= service.limits.maximumFrameBytes else {
                return send(.frameTooLarge(limit: service.limits.maximumFrameBytes), to: head, context: context)
            }
            guard let post = service.postsInFlight.begin() else {
                return send(.tooManyPosts, to: head, context: context)
            }
            self.post = consume post
            var body: [UInt8] = []
            if let length { body.reserveCapacity(length) }
            state = .receivingFrame(head, ingest, body: body)
            continueIfExpected(head, context: context)
        case .viewer, .viewerOfMany, .multipart, .stream:
            state = .receivingEnd(head, route, target)
        case .asset(BrokerService.debugEchoPath) where service.answersDebugEcho && head.method == .GET:
            state = .receivingEnd(head, route, target)
        case .asset(let path) where role == .embedded && !service.hasAsset(at: path):
            state = .passingOn
            deadline = .distantFuture
            context.fireChannelRead(wrapInboundOut(.head(head)))
        case .asset(let path) where service.hasAsset(at: path) && !route.allowedMethods.contains(head.method.rawValue):
            throw RouteRefusal.methodNotAllowed(allowed: route.allowedMethods)
        case .snapshot where target.query["wait"] == "next":
            state = .receivingEnd(head, route, target)
        default:
            let identity = pass?.identity ?? .nobody
            let answer =
                service.immediateAnswer(to: route, head: head, target: target, identity: identity) ?? .notFound
            receiveRest(of: head, then: answer, context: context)
        }
    }

    private func isWebSocket(_ route: Route) -> Bool {
        switch route {
        case .viewer, .viewerOfMany: true
        case .asset(let path): path == BrokerService.debugEchoPath && service.answersDebugEcho
        default: false
        }
    }

    /// Reads a small body to its end before answering, so that the connection can be used again; does not wait for a large one.
    private func receiveRest(of head: HTTPRequestHead, then answer: HTTPAnswer, context: ChannelHandlerContext) {
        let length = RequestHeaders.contentLength(of: head) ?? (RequestHeaders.hasBody(head) ? Int.max : 0)
        if answer.closesConnection || length > 64 * 1024 || RequestHeaders.expectsContinue(head) {
            var answer = answer
            answer.closesConnection = true
            send(answer, to: head, context: context)
        } else {
            state = .receivingRest(head, answer)
        }
    }

    private func continueIfExpected(_ head: HTTPRequestHead, context: ChannelHandlerContext) {
        guard RequestHeaders.expectsContinue(head) else { return }
        let interim = HTTPResponseHead(version: head.version, status: .continue)
        context.writeAndFlush(wrapOutboundOut(.head(interim)), promise: nil)
    }

    // MARK: Answers

    /// Answers at once, and takes up the next request. Without a head the request was never understood, and the connection ends.
    func send(_ answer: HTTPAnswer, to head: HTTPRequestHead?, context: ChannelHandlerContext) {
        post = nil
        if let limit = answer.limit { service.limitTally.note(limit) }
        let isLast = role != .embedded && requestCount >= service.limits.maximumRequestsPerConnection
        if isLast, carrier == .connection { service.limitTally.note(.requests) }
        let keepsAlive =
            carrier == .connection && !isLast
            && head.map { $0.isKeepAlive && !RequestHeaders.offersUpgrade($0) } ?? false
            && !answer.closesConnection && !isShuttingDown
        var headers = answer.headers
        if let head, !headers.contains(name: "Access-Control-Allow-Origin") {
            headers.add(contentsOf: corsHeaders(for: head, context: context))
        }
        let hasNoBody = answer.status == .notModified
        if !hasNoBody { headers.replaceOrAdd(name: "Content-Length", value: String(answer.body.count)) }
        if carrier == .stream {
            // What becomes of the connection is not an answer's to say.
        } else if !keepsAlive {
            headers.replaceOrAdd(name: "Connection", value: "close")
        } else if head?.version == .http1_0 {
            headers.replaceOrAdd(name: "Connection", value: "keep-alive")
        }
        let responseHead = HTTPResponseHead(version: .http1_1, status: answer.status, headers: headers)
        context.write(wrapOutboundOut(.head(responseHead)), promise: nil)
        if head?.method != .HEAD, !answer.body.isEmpty {
            context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(bytes: answer.body)))), promise: nil)
        }
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        if keepsAlive { nextRequest(context: context) } else { linger(context: context) }
    }

    private func nextRequest(context: ChannelHandlerContext) {
        state = .waitingForHead
        deadline = .now() + TimeAmount(service.limits.idleTimeout)
        while let part = waitingParts.first {
            if case .answering = state { return }
            waitingParts.removeFirst()
            receive(part, context: context)
        }
        if isReadHeld {
            isReadHeld = false
            context.read()
        }
    }

    /// Closes so that the client can still read the answer: a socket closed with unread bytes in it would reset the connection.
    func linger(context: ChannelHandlerContext) {
        state = .lingering
        waitingParts.removeAll()
        deadline = .now() + .seconds(2)
        switch carrier {
        case .connection: context.close(mode: .output, promise: nil)
        case .stream:
            // Closes by itself when both sides are at their end; a client that has said everything may take its time to read.
            if hasWholeRequest, !wantsTunnel { deadline = .now() + TimeAmount(service.limits.idleTimeout) }
        }
        if isReadHeld {
            isReadHeld = false
            context.read()
        }
        guard role == .embedded else { return }
        context.close(promise: nil)
    }

    private func answerLater(
        _ route: Route,
        head: HTTPRequestHead,
        target: RequestTarget,
        context: ChannelHandlerContext
    ) {
        state = .answering
        deadline = .distantFuture
        guard !service.connections.isDraining else { return send(.draining, to: head, context: context) }
        switch route {
        case .viewer, .viewerOfMany:
            do {
                if let denial = denial.take() {
                    return upgrade(try WebSocketHandshake(turningAway: head, denial), head: head, context: context)
                }
                guard let pass else { preconditionFailure("a viewer that was not admitted") }
                let handshake = try WebSocketHandshake(
                    route: route,
                    head: head,
                    target: target,
                    connection: context.channel,
                    pass: pass,
                    service: service
                )
                upgrade(handshake, head: head, context: context)
            } catch {
                send(error.answer, to: head, context: context)
            }
        case .asset(BrokerService.debugEchoPath):
            do { upgrade(try WebSocketHandshake(echoing: head), head: head, context: context) } catch {
                send(error.answer, to: head, context: context)
            }
        case .multipart(let stream): streamParts(of: stream, head: head, context: context)
        case .snapshot(let stream): awaitSnapshot(of: stream, head: head, context: context)
        case .stream(let stream): answerWithDetail(of: stream, head: head, context: context)
        default: preconditionFailure("\(route) is answered at once")
        }
    }
}

@available(*, unavailable)
extension BrokerHTTPHandler: Sendable {}
