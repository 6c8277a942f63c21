import NIOCore
import NIOHTTP1
import StreamBrokerCore

/// What becomes of a connection whose client asks for a WebSocket.
extension BrokerHTTPHandler {
    func upgrade(_ handshake: WebSocketHandshake, head: HTTPRequestHead, context: ChannelHandlerContext) {
        let bound = NIOLoopBound(
            (handler: self, context: context, handshake: handshake),
            eventLoop: context.eventLoop
        )
        handshake.responseHeaders(for: head, on: context.channel).whenComplete { result in
            let (handler, context, _) = bound.value
            switch result {
            case .success(let headers):
                let written = context.eventLoop.makePromise(of: Void.self)
                handler.sendUpgrade(headers, promise: written, context: context)
                // Frames go past NIO: the response must be in the socket before the first of them.
                written.futureResult.whenSuccess {
                    let (handler, context, handshake) = bound.value
                    switch handshake.outcome {
                    case .viewer(let request): handler.becomeViewer(request, context: context)
                    case .noRoom(let refusal): handler.turnAway(refusal, context: context)
                    case .echo: handler.becomeEcho(context: context)
                    }
                }
            case .failure:
                let refusal = HandshakeRefusal.badRequest(
                    "the WebSocket handshake is malformed",
                    hint: "see RFC 6455, section 4.1"
                )
                handler.send(refusal.answer, to: head, context: context)
            }
        }
    }

    private func sendUpgrade(_ headers: HTTPHeaders, promise: EventLoopPromise<Void>, context: ChannelHandlerContext) {
        switch carrier {
        case .connection:
            let head = HTTPResponseHead(version: .http1_1, status: .switchingProtocols, headers: headers)
            context.write(wrapOutboundOut(.head(head)), promise: nil)
            context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: promise)
        case .stream:
            // The stream stays open: what follows is the WebSocket's (RFC 8441, section 5).
            let head = HTTPResponseHead(version: HTTPVersion(major: 2, minor: 0), status: .ok, headers: headers)
            context.writeAndFlush(wrapOutboundOut(.head(head)), promise: promise)
        }
    }

    /// Takes HTTP out of the pipeline and leaves the viewer's handler alone in it. The decoder goes last: it hands on what the
    /// client sent after its request.
    private func becomeViewer(_ request: ViewerRequest, context: ChannelHandlerContext) {
        if carrier == .connection, let loop = request.preferredLoop, loop !== context.eventLoop {
            return becomeViewer(request, on: loop, context: context)
        }
        let early = (try? context.pipeline.syncOperations.handler(type: HTTP2RequestCodec.self))?.earlyBytes
        let viewer = ViewerHandler(service: service, request: request, earlyBytes: early ?? ByteBuffer())
        do {
            try replaceHTTP(by: viewer, context: context)
            viewer.start()
        } catch {
            context.close(promise: nil)
        }
    }

    private func becomeEcho(context: ChannelHandlerContext) {
        do {
            try replaceHTTP(by: WebSocketEcho(closeTimeout: service.viewers.closeTimeout), context: context)
        } catch {
            context.close(promise: nil)
        }
    }

    /// Tells a browser why it cannot be a viewer now.
    private func turnAway(_ refusal: ViewerRefusal, context: ChannelHandlerContext) {
        let goodbye = WebSocketGoodbye(
            .tryAgainLater,
            reason: service.explanation(of: refusal),
            patience: service.viewers.closeTimeout
        )
        do {
            try replaceHTTP(by: goodbye, context: context)
            goodbye.start()
        } catch {
            context.close(promise: nil)
        }
    }

    /// The same on another event loop, which has fewer viewers of the stream.
    private func becomeViewer(_ request: ViewerRequest, on loop: any EventLoop, context: ChannelHandlerContext) {
        let early = EarlyBytes()
        let connection = context.channel
        let bound = NIOLoopBound(early, eventLoop: context.eventLoop)
        do {
            try replaceHTTP(by: early, context: context).whenComplete { [service] _ in
                let bytes = bound.value.bytes
                let moves = ViewerHandover.move(connection, to: loop) { moved in
                    guard service.connections.adopt(moved) else { throw ChannelError.ioOnClosedChannel }
                    try moved.pipeline.syncOperations.addHandler(
                        ViewerHandler(service: service, request: request, earlyBytes: bytes)
                    )
                }
                guard !moves else { return }
                do {
                    let viewer = ViewerHandler(service: service, request: request, earlyBytes: bytes)
                    try connection.pipeline.syncOperations.addHandler(viewer)
                    connection.pipeline.syncOperations.removeHandler(bound.value, promise: nil)
                    viewer.start()
                } catch {
                    connection.close(promise: nil)
                }
            }
        } catch {
            context.close(promise: nil)
        }
    }

    /// Completes when the last handler of HTTP has gone.
    @discardableResult
    private func replaceHTTP(
        by handler: some ChannelInboundHandler,
        context: ChannelHandlerContext
    ) throws -> EventLoopFuture<Void> {
        let pipeline = context.pipeline.syncOperations
        try pipeline.addHandler(handler, position: .after(self))
        if carrier == .stream {
            let codec = try pipeline.handler(type: HTTP2RequestCodec.self)
            try pipeline.addHandler(HTTP2Tunnel(), position: .before(codec))
            pipeline.removeHandler(codec, promise: nil)
        }
        for remove in HTTPHandlers.removals(from: pipeline) { remove() }
        pipeline.removeHandler(self, promise: nil)
        return HTTPHandlers.removeDecoder(from: pipeline, on: context.eventLoop)
    }
}
