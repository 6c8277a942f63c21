internal import NIOCore
internal import NIOHTTP1

/// Reads the answer of a broker that does not upgrade, up to a limit, and fails with what it says.
final class RefusalHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPClientResponsePart

    private static let bodyLimit = 65_536

    private let url: ViewerURL
    private let promise: EventLoopPromise<SubscriberConnection>
    private var head: HTTPResponseHead?
    private var body = ByteBuffer()

    init(url: ViewerURL, promise: EventLoopPromise<SubscriberConnection>) {
        self.url = url
        self.promise = promise
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            self.head = head
        case .body(var part):
            body.writeBuffer(&part)
            if body.readableBytes > Self.bodyLimit { finish(context) }
        case .end:
            finish(context)
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        finish(context)
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        promise.fail(error)
        context.close(promise: nil)
    }

    private func finish(_ context: ChannelHandlerContext) {
        guard let head else {
            promise.fail(ChannelError.eof)
            return
        }
        let reason = BrokerAnswer.reason(body: body, phrase: head.status.reasonPhrase)
        promise.fail(
            BrokerClientError(
                code: .refused,
                message: "\(url) is refused with status \(head.status.code): \(reason)",
                status: Int(head.status.code)
            )
        )
        context.close(promise: nil)
    }
}
