internal import NIOCore
internal import NIOWebSocket
internal import StreamBrokerCore

/// The viewer's side of an open WebSocket (RFC 6455): frames into the inbox, pings answered, silence noticed.
final class SubscriberHandler: ChannelInboundHandler {
    typealias InboundIn = WebSocketFrame
    typealias OutboundOut = WebSocketFrame

    private let inbox: SubscriberInbox
    private let pingInterval: TimeAmount
    private var reader: MessageReader
    private var pingTimer: RepeatedTask?
    private var heardSincePing = true
    private var closeWasSent = false

    init(inbox: SubscriberInbox, reader: MessageReader, pingInterval: TimeAmount) {
        self.inbox = inbox
        self.reader = reader
        self.pingInterval = pingInterval
    }

    func handlerAdded(context: ChannelHandlerContext) {
        let bound = NIOLoopBound((handler: self, context: context), eventLoop: context.eventLoop)
        pingTimer = context.eventLoop.scheduleRepeatedTask(initialDelay: pingInterval, delay: pingInterval) { _ in
            bound.value.handler.checkLife(context: bound.value.context)
        }
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        pingTimer?.cancel()
        pingTimer = nil
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let frame = unwrapInboundIn(data)
        heardSincePing = true
        guard frame.maskKey == nil, !frame.rsv1, !frame.rsv2, !frame.rsv3 else {
            // RFC 6455, sections 5.1 and 5.2; no extension was agreed upon.
            return fail(context, "the broker sent a masked frame or set a reserved bit")
        }
        switch frame.opcode {
        case .binary:
            guard let received = reader.frame(frame.data, receivedTime: SystemClock.unixTime) else {
                return fail(context, "the broker sent a message without a \(FrameHeader.subprotocol) header")
            }
            inbox.put(received)
        case .ping:
            send(context, .pong, frame.data)
        case .connectionClose:
            closed(context, frame.data)
        default:
            // Pongs count as a sign of life; text messages are control that a viewer of one stream does not need.
            break
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        switch error {
        case let error as NIOWebSocketError:
            // WebSocketProtocolErrorHandler has sent the close code.
            inbox.finish(
                BrokerClientError(
                    code: .protocolViolation,
                    message: "the broker sent no valid WebSocket frame",
                    cause: error
                )
            )
        case let error as NIOWebSocketFrameAggregator.Error:
            switch error {
            case .accumulatedFrameSizeIsTooLarge, .tooManyFragments:
                fail(context, closeCode: 1009, "the broker sent a message above the limit")
            default:
                fail(context, "the broker sent an impossible sequence of fragments")
            }
        default:
            inbox.finish(
                BrokerClientError(
                    code: .closed,
                    message: "the connection was lost: \(failureText(error))",
                    cause: error
                )
            )
        }
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        inbox.finish(BrokerClientError(code: .closed, message: "the connection was lost without a closing handshake"))
        context.fireChannelInactive()
    }

    private func closed(_ context: ChannelHandlerContext, _ data: ByteBuffer) {
        var data = data
        let code = data.readInteger(as: UInt16.self)
        let reason = String(decoding: data.readableBytesView, as: UTF8.self)
        let why = [code.map(String.init) ?? "no code", BrokerAnswer.printable(reason)].filter { !$0.isEmpty }
        inbox.finish(
            BrokerClientError(
                code: .closed,
                message: "the broker closed the connection (\(why.joined(separator: ": ")))",
                closeCode: code.map(Int.init)
            )
        )
        // Echo the code, and nothing else, to complete the closing handshake (section 5.5.1).
        close(context, code: code)
    }

    private func fail(_ context: ChannelHandlerContext, closeCode: UInt16 = 1002, _ message: String) {
        inbox.finish(BrokerClientError(code: .protocolViolation, message: message))
        close(context, code: closeCode)
    }

    private func close(_ context: ChannelHandlerContext, code: UInt16?) {
        guard !closeWasSent else { return }
        closeWasSent = true
        let frame = WebSocketFrame(
            fin: true,
            opcode: .connectionClose,
            maskKey: .random(),
            data: code.map { ByteBuffer(integer: $0) } ?? ByteBuffer()
        )
        context.writeAndFlush(wrapOutboundOut(frame)).assumeIsolated().whenComplete { _ in context.close(promise: nil) }
    }

    private func send(_ context: ChannelHandlerContext, _ opcode: NIOWebSocket.WebSocketOpcode, _ data: ByteBuffer) {
        let frame = WebSocketFrame(fin: true, opcode: opcode, maskKey: .random(), data: data)
        context.writeAndFlush(wrapOutboundOut(frame), promise: nil)
    }

    private func checkLife(context: ChannelHandlerContext) {
        guard heardSincePing else {
            inbox.finish(BrokerClientError(code: .silent, message: "the broker has not answered a ping"))
            context.close(promise: nil)
            return
        }
        heardSincePing = false
        send(context, .ping, ByteBuffer())
    }
}
