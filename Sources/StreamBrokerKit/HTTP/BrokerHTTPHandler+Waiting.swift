import NIOCore
import NIOHTTP1
import StreamBrokerCore

/// Answers that are not there at once, or never end.
extension BrokerHTTPHandler {
    func answerWithDetail(of stream: StreamID, head: HTTPRequestHead, context: ChannelHandlerContext) {
        let bound = NIOLoopBound((handler: self, context: context), eventLoop: context.eventLoop)
        service.streamDetail(stream, on: context.eventLoop).whenSuccess { detail in
            let (handler, context) = bound.value
            handler.send(detail.map { .json($0) } ?? .noStream(stream), to: head, context: context)
        }
    }

    func awaitSnapshot(of stream: StreamID, head: HTTPRequestHead, context: ChannelHandlerContext) {
        let bound = NIOLoopBound((handler: self, context: context), eventLoop: context.eventLoop)
        let loop = context.eventLoop
        work = Task { [service] in
            let answer = NIOLoopBoundBox.makeBoxSendingValue(
                await service.nextSnapshot(stream, head: head),
                eventLoop: loop
            )
            loop.execute {
                let (handler, context) = bound.value
                guard handler.work != nil else { return }
                handler.work = nil
                if let denial = handler.renewedDenial(of: .snapshot(stream)) {
                    handler.service.noteDenial(denial, of: .snapshot(stream), from: handler.pass?.client)
                    return handler.send(denial.answer, to: head, context: context)
                }
                handler.send(answer.value, to: head, context: context)
            }
        }
    }

    func streamParts(of stream: StreamID, head: HTTPRequestHead, context: ChannelHandlerContext) {
        let subscription: Subscription<Frame>
        let seat: ViewerSeat
        do { seat = try service.takeSeat(for: head, on: context.channel) } catch {
            return send(service.answer(to: error), to: head, context: context)
        }
        do {
            subscription = try service.broker.channel(stream).subscribe(.latest)
        } catch {
            return send(.brokerRefusal(error), to: head, context: context)
        }
        var headers = MultipartStream.headers
        if carrier == .connection { headers.add(name: "Connection", value: "close") }
        let responseHead = HTTPResponseHead(version: .http1_1, status: .ok, headers: headers)
        context.writeAndFlush(wrapOutboundOut(.head(responseHead)), promise: nil)
        guard head.method != .HEAD else {
            context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
            return linger(context: context)
        }
        let connection = context.channel
        // As for a viewer's socket: what waits unsent in the kernel is pictures getting old.
        ViewerSocket.configure(connection, service.viewers)
        work = Task {
            try? await MultipartStream.run(subscription, on: connection)
            connection.close(promise: nil)
            withExtendedLifetime(seat) {}
        }
        watchAccess(.multipart(stream), context: context)
    }
}
