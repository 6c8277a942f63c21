import NIOCore
import NIOHTTP2

/// Puts HTTP/2 in the place of HTTP/1.1 in a pipeline, before any byte of either has gone through it. Lives on the connection's event loop.
struct HTTP2Upgrade {
    let service: BrokerService
    let role: BrokerHTTPHandler.Role
    let http1: BrokerHTTPHandler

    func replaceHTTP1(behind handler: some ChannelHandler, context: ChannelHandlerContext) throws {
        let pipeline = context.pipeline.syncOperations
        let goAway = GoAwayObserver()
        let connection = HTTP2ConnectionHandler(service: service, role: role, goAway: goAway)
        let bound = NIOLoopBound(connection, eventLoop: context.eventLoop)
        let frames = NIOHTTP2Handler(
            mode: .server,
            eventLoop: context.eventLoop,
            connectionConfiguration: HTTP2ServerSettings.connection(service.limits),
            streamConfiguration: HTTP2ServerSettings.stream
        ) { stream in
            stream.eventLoop.makeCompletedFuture { try bound.value.add(stream) }
        }
        // One after the other: each may write as soon as it is there.
        try pipeline.addHandler(goAway, position: .after(handler))
        try pipeline.addHandler(frames, position: .after(goAway))
        try pipeline.addHandler(connection, position: .after(frames))
        pipeline.removeHandler(http1, promise: nil)
        for remove in HTTPHandlers.removals(from: pipeline) { remove() }
        // Goes at the loop's next turn. Nothing reaches it until then: the connection's handler hands no bytes on.
        _ = HTTPHandlers.removeDecoder(from: pipeline, on: context.eventLoop)
    }
}
