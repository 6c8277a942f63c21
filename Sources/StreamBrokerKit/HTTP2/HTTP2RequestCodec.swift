import NIOCore
import NIOHPACK
import NIOHTTP1
import NIOHTTP2

/// Makes of an HTTP/2 stream's frames the request that HTTP/1.1 would have brought, and the other way round. Lives on its event loop.
final class HTTP2RequestCodec: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTP2Frame.FramePayload
    typealias InboundOut = HTTPServerRequestPart
    typealias OutboundIn = HTTPServerResponsePart
    typealias OutboundOut = HTTP2Frame.FramePayload

    private let budget: AnswerBudget
    private let limitTally: LimitTally
    private var hasHead = false
    /// Whether what comes behind the head is no body but the other protocol's.
    private var isTunnel = false
    /// How much of that may come before the answer, which a client is to wait for.
    private static let maximumEarlyBytes = 64 * 1024
    /// What of that came before anybody was there to read it.
    private(set) var earlyBytes = ByteBuffer()
    /// What was written last, kept until it is known whether it ends the answer: a frame of its own for that is spared.
    private var held: (payload: HTTP2Frame.FramePayload, promise: EventLoopPromise<Void>?)?
    /// Whether the whole answer has been handed to the connection.
    private var isAnswered = false

    init(budget: AnswerBudget, limitTally: LimitTally) {
        self.budget = budget
        self.limitTally = limitTally
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .headers(let block) where !hasHead:
            hasHead = true
            let head = HTTPRequestHead(http2: block.headers, hasBody: !block.endStream)
            isTunnel = RequestHeaders.offersUpgrade(head)
            context.fireChannelRead(wrapInboundOut(.head(head)))
            if block.endStream || isTunnel { context.fireChannelRead(wrapInboundOut(.end(nil))) }
        case .data(let part) where isTunnel:
            if case .byteBuffer(var bytes) = part.data {
                guard earlyBytes.readableBytes + bytes.readableBytes <= Self.maximumEarlyBytes else {
                    return context.close(promise: nil)
                }
                earlyBytes.writeBuffer(&bytes)
            }
            // Nobody has anything to say to a client that has left already.
            if part.endStream { context.close(promise: nil) }
        case .headers where isTunnel: context.close(promise: nil)
        case .headers:
            // Trailers. Nothing here has a use for them.
            context.fireChannelRead(wrapInboundOut(.end(nil)))
        case .data(let body):
            if case .byteBuffer(let bytes) = body.data, bytes.readableBytes > 0 {
                context.fireChannelRead(wrapInboundOut(.body(bytes)))
            }
            if body.endStream { context.fireChannelRead(wrapInboundOut(.end(nil))) }
        default: break
        }
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        switch unwrapOutboundIn(data) {
        case .head(let head):
            writeHeld(context: context)
            held = (.headers(.init(headers: HPACKHeaders(http1: head))), promise)
        case .body(let bytes):
            writeHeld(context: context)
            guard budget.take(bytes.readableBytes) else { return refuse(promise, context: context) }
            held = (.data(.init(data: bytes)), givingBack(bytes.readableBytes, promise, context: context))
        case .end:
            end(promise, context: context)
        }
    }

    func flush(context: ChannelHandlerContext) {
        writeHeld(context: context)
        context.flush()
    }

    /// Ends the stream. A client that has had its whole answer is told that nothing went wrong (RFC 9113, section 8.1).
    func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        if isAnswered { context.writeAndFlush(wrapOutboundOut(.rstStream(.noError)), promise: nil) }
        context.close(mode: mode, promise: promise)
    }

    private func writeHeld(context: ChannelHandlerContext) {
        guard let (payload, promise) = held.take() else { return }
        context.write(wrapOutboundOut(payload), promise: promise)
    }

    /// Its client has more answers waiting than are kept for it: it gets no more of this one.
    private func refuse(_ promise: EventLoopPromise<Void>?, context: ChannelHandlerContext) {
        limitTally.note(.http2Unread)
        context.writeAndFlush(wrapOutboundOut(.rstStream(.enhanceYourCalm)), promise: nil)
        promise?.fail(ChannelError.outputClosed)
    }

    private func givingBack(
        _ count: Int,
        _ promise: EventLoopPromise<Void>?,
        context: ChannelHandlerContext
    ) -> EventLoopPromise<Void> {
        let written = promise ?? context.eventLoop.makePromise(of: Void.self)
        let bound = NIOLoopBound(budget, eventLoop: context.eventLoop)
        written.futureResult.whenComplete { _ in bound.value.giveBack(count) }
        return written
    }

    private func end(_ promise: EventLoopPromise<Void>?, context: ChannelHandlerContext) {
        let written = context.eventLoop.makePromise(of: Void.self)
        let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
        written.futureResult.whenSuccess { bound.value.isAnswered = true }
        written.futureResult.cascade(to: promise)
        let last = held.take()
        written.futureResult.cascade(to: last?.promise)
        let payload: HTTP2Frame.FramePayload
        switch last?.payload {
        case .headers(var block):
            block.endStream = true
            payload = .headers(block)
        case .data(var body):
            body.endStream = true
            payload = .data(body)
        default: payload = .data(.init(data: .byteBuffer(ByteBuffer()), endStream: true))
        }
        context.write(wrapOutboundOut(payload), promise: written)
    }
}

@available(*, unavailable)
extension HTTP2RequestCodec: Sendable {}
