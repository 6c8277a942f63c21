import NIOCore
import NIOHTTP2
import Synchronization

/// One HTTP/2 connection to the broker: its requests' streams, its deadlines and its end. Lives on its event loop.
///
/// Each stream has a pipeline with the same ``BrokerHTTPHandler`` as an HTTP/1.1 connection.
final class HTTP2ConnectionHandler: ChannelInboundHandler {
    typealias InboundIn = HTTP2Frame
    typealias OutboundOut = HTTP2Frame

    private let service: BrokerService
    private let role: BrokerHTTPHandler.Role
    private let goAway: GoAwayObserver
    private let pass = ConnectionPass()
    private let budget: AnswerBudget
    private var streams: [ObjectIdentifier: any NIOCore.Channel] = [:]
    private var latestStream = HTTP2StreamID.rootStream
    private var requestCount = 0
    private var deadline = NIODeadline.distantFuture
    private var clock: RepeatedTask?
    private var context: ChannelHandlerContext?
    /// Whether the client has been told that no new request is taken.
    private var isLeaving = false
    /// Whether what the client did has ended the connection.
    private var hasFailed = false

    init(service: BrokerService, role: BrokerHTTPHandler.Role, goAway: GoAwayObserver) {
        self.service = service
        self.role = role
        self.goAway = goAway
        budget = AnswerBudget(maximum: HTTP2ServerSettings.maximumUnreadBytes(service.limits))
    }

    // MARK: The connection

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        service.http2Connections.add(1, ordering: .relaxed)
        deadline = .now() + TimeAmount(service.limits.headTimeout)
        let bound = NIOLoopBound((handler: self, context: context), eventLoop: context.eventLoop)
        clock = context.eventLoop.scheduleRepeatedTask(initialDelay: .seconds(1), delay: .seconds(1)) { _ in
            let (handler, context) = bound.value
            handler.checkDeadline(context: context)
        }
        let window = HTTP2Frame.FramePayload.windowUpdate(windowSizeIncrement: HTTP2ServerSettings.windowIncrement)
        context.writeAndFlush(wrapOutboundOut(HTTP2Frame(streamID: .rootStream, payload: window)), promise: nil)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        stop()
    }

    func channelInactive(context: ChannelHandlerContext) {
        stop()
        context.fireChannelInactive()
    }

    private func stop() {
        guard context != nil else { return }
        context = nil
        service.http2Connections.subtract(1, ordering: .relaxed)
        clock?.cancel()
        clock = nil
    }

    private func checkDeadline(context: ChannelHandlerContext) {
        guard NIODeadline.now() >= deadline else { return }
        deadline = .distantFuture
        guard !hasFailed, !isLeaving else { return context.close(promise: nil) }
        service.limitTally.note(requestCount > 0 ? .idleTime : .headTime)
        leave(context: context)
    }

    /// Frames of no stream; the library has done already what they ask for.
    func channelRead(context: ChannelHandlerContext, data: NIOAny) {}

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case is ServerIsShuttingDown:
            leave(context: context)
            for stream in Array(streams.values) {
                stream.pipeline.fireUserInboundEventTriggered(ServerIsShuttingDown())
            }
        case ChannelEvent.inputClosed: context.close(promise: nil)
        default: context.fireUserInboundEventTriggered(event)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard let error = error as? any NIOHTTP2Error else { return context.close(promise: nil) }
        guard !hasFailed else { return }
        // Once GOAWAY has been said, the library can say no other: then whatever is not the client's right ends the connection.
        guard goAway.hasEnded || (isLeaving && Limit(ofStream: error) != nil) else {
            // Of one stream: it has been reset.
            if let limit = Limit(ofStream: error) { service.limitTally.note(limit) }
            return
        }
        hasFailed = true
        isLeaving = true
        service.note(Limit(ofConnection: error), by: context.remoteAddress)
        // What the client still sends is read and thrown away, or the close would reset the connection before GOAWAY is read.
        deadline = .now() + .seconds(1)
        context.close(mode: .output, promise: nil)
    }

    /// Takes no new request, and closes when the last is answered (RFC 9113, section 6.8).
    private func leave(context: ChannelHandlerContext) {
        guard !isLeaving else { return }
        sayGoodbye(context: context)
        closeIfLeft(context: context)
    }

    private func sayGoodbye(context: ChannelHandlerContext) {
        isLeaving = true
        let goAway = HTTP2Frame.FramePayload.goAway(lastStreamID: latestStream, errorCode: .noError, opaqueData: nil)
        context.writeAndFlush(wrapOutboundOut(HTTP2Frame(streamID: .rootStream, payload: goAway)), promise: nil)
    }

    private func closeIfLeft(context: ChannelHandlerContext) {
        if isLeaving, streams.isEmpty, !hasFailed { context.close(promise: nil) }
    }

    // MARK: Streams

    /// Sets up a new stream.
    func add(_ stream: any NIOCore.Channel) throws {
        let pipeline = stream.pipeline.syncOperations
        try pipeline.addHandler(HTTP2RequestCodec(budget: budget, limitTally: service.limitTally))
        try pipeline.addHandler(
            BrokerHTTPHandler(service: service, role: role, carrier: .stream, connectionPass: pass)
        )
        if let id = try stream.syncOptions?.getOption(HTTP2StreamChannelOptions.streamID) {
            latestStream = max(latestStream, id)
        }
        requestCount += 1
        deadline = .distantFuture
        let key = ObjectIdentifier(stream)
        streams[key] = stream
        let bound = NIOLoopBound(self, eventLoop: stream.eventLoop)
        stream.closeFuture.whenComplete { _ in bound.value.streamClosed(key) }
        // Some clients understand no answer that comes behind GOAWAY: so it is said once all are given. Others always have something under way.
        if requestCount == requestLimit + HTTP2ServerSettings.maximumConcurrentStreams { leaveAfterLastRequest() }
    }

    private var requestLimit: Int { service.limits.maximumRequestsPerConnection }

    private func leaveAfterLastRequest() {
        guard let context, !isLeaving else { return }
        service.limitTally.note(.requests)
        sayGoodbye(context: context)
        // Its next request may be under way: a client that reads GOAWAY sends it again elsewhere, one whose connection is closed fails.
        if streams.isEmpty { deadline = .now() + .seconds(2) }
    }

    private func streamClosed(_ key: ObjectIdentifier) {
        streams[key] = nil
        guard streams.isEmpty, let context else { return }
        if !hasFailed { deadline = .now() + TimeAmount(service.limits.idleTimeout) }
        if requestCount >= requestLimit, !isLeaving { return leaveAfterLastRequest() }
        closeIfLeft(context: context)
    }
}

@available(*, unavailable)
extension HTTP2ConnectionHandler: Sendable {}
