import NIOCore
import NIOHTTP1

/// The handlers that turn bytes into HTTP and back, and how they leave a pipeline.
enum HTTPHandlers {
    static func add(to pipeline: ChannelPipeline.SynchronousOperations, limits: RequestLimits) throws {
        var decoderLimits = NIOHTTPDecoderLimitConfiguration()
        decoderLimits.maxHeaderListSize = limits.maximumHeaderBytes
        decoderLimits.maxHeaderFieldSize = limits.maximumHeaderBytes
        decoderLimits.maxHeaderFieldCount = limits.maximumHeaderFields
        try pipeline.addHandler(HTTPResponseEncoder())
        try pipeline.addHandler(
            ByteToMessageHandler(
                HTTPRequestDecoder(leftOverBytesStrategy: .forwardBytes, limitConfiguration: decoderLimits)
            )
        )
    }

    /// Everything but the decoder, which must go last. An embedding server may have put more in than we do.
    static func removals(from pipeline: ChannelPipeline.SynchronousOperations) -> [() -> Void] {
        func removal<Handler: RemovableChannelHandler>(_ type: Handler.Type) -> (() -> Void)? {
            guard let handler = try? pipeline.handler(type: type) else { return nil }
            return { pipeline.removeHandler(handler, promise: nil) }
        }
        return [
            removal(HTTPResponseEncoder.self),
            removal(HTTPServerPipelineHandler.self),
            removal(HTTPServerProtocolErrorHandler.self),
            removal(NIOHTTPResponseHeadersValidator.self),
        ].compactMap { $0 }
    }

    /// Completes when the decoder has gone and everything that it held has been handed on.
    static func removeDecoder(
        from pipeline: ChannelPipeline.SynchronousOperations,
        on loop: any EventLoop
    ) -> EventLoopFuture<Void> {
        guard let decoder = try? pipeline.handler(type: ByteToMessageHandler<HTTPRequestDecoder>.self) else {
            return loop.makeSucceededVoidFuture()
        }
        let removed = loop.makePromise(of: Void.self)
        pipeline.removeHandler(decoder, promise: removed)
        return removed.futureResult
    }
}
