import NIOCore
import StreamBrokerCore
import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// One viewer's connection after the upgrade: the only handler left in its pipeline. Lives on its event loop.
///
/// What is sent when is decided by ``ViewerOutbox``; this handler carries it out.
final class ViewerHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    struct Request {
        var streams: [(id: StreamID, channel: FrameChannel)]
        /// Whether frames carry the `stream-broker.v1` header and control messages are understood.
        var isTagged: Bool
        /// Whether the socket carries a list of streams that may change.
        var carriesMany: Bool
        var framesPerSecond: Double?
    }

    private let broker: Broker
    private let configuration: ViewerConfiguration
    private let request: Request

    private var context: ChannelHandlerContext?
    private var direct: DirectSocketWriter?
    private var parser = WebSocketMessageParser()
    private var outbox = ViewerOutbox(laneCount: 0)
    /// By lane index; `nil` where a stream was unsubscribed.
    private var lanes: [(stream: StreamID, channel: FrameChannel, lane: ViewerLane)?] = []
    private var pendingControlWrites = 0
    private var heartbeat: Scheduled<Void>?
    private var awaitsPong = false
    private var closing = false

    init(broker: Broker, configuration: ViewerConfiguration, request: Request) {
        self.broker = broker
        self.configuration = configuration
        self.request = request
    }

    // MARK: Joining and leaving

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
    }

    /// Joins the streams. Call when no other handler is left in the pipeline.
    func start() {
        guard let context else { return }
        boundKernelBuffer(context)
        direct = DirectSocketWriter(context.channel)
        for (stream, channel) in request.streams { add(stream, channel, framesPerSecond: request.framesPerSecond) }
        if request.carriesMany { announceStreams() }
        for entry in lanes { if let entry { join(entry.channel, entry.lane) } }
        scheduleHeartbeat()
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        leaveAll()
    }

    func channelInactive(context: ChannelHandlerContext) {
        leaveAll()
        context.fireChannelInactive()
    }

    /// Bytes that wait unsent in the kernel are pictures getting old: it is to take a new frame only when little is left of the last.
    private func boundKernelBuffer(_ context: ChannelHandlerContext) {
        #if os(Linux)
        let option = ChannelOptions.Types.SocketOption(level: .tcp, name: .init(rawValue: TCP_NOTSENT_LOWAT))
        // Not every channel is a TCP socket; on those that are not there is nothing to bound.
        try? context.channel.syncOptions?.setOption(option, value: configuration.unsentLowWaterMark)
        #endif
    }

    private func add(_ stream: StreamID, _ channel: FrameChannel, framesPerSecond: Double?) {
        guard let hub = channel.viewerHub else { return }
        let index = outbox.addLane()
        outbox.setRate(framesPerSecond, lane: index)
        let lane = ViewerLane(hub: hub, index: index, viewer: self)
        if index == lanes.count { lanes.append(nil) }
        lanes[index] = (stream, channel, lane)
    }

    private func join(_ channel: FrameChannel, _ lane: ViewerLane) {
        guard let context else { return }
        channel.noteActivity()
        lane.hub.join(lane, on: context.eventLoop)
    }

    private func leave(_ index: Int) {
        guard let context, let entry = lanes[index] else { return }
        lanes[index] = nil
        if outbox.removeLane(index) { entry.lane.hub.counters.cutOffFrames.add(1, ordering: .relaxed) }
        entry.lane.hub.leave(entry.lane, on: context.eventLoop)
        entry.channel.noteActivity()
    }

    private func leaveAll() {
        heartbeat?.cancel()
        heartbeat = nil
        for index in lanes.indices { leave(index) }
        context = nil
        direct = nil
    }

    // MARK: Frames

    func offer(_ frame: WireFrame, lane: ViewerLane, isReplay: Bool, now: Int64) {
        guard !closing else { return }
        let outgoing = OutgoingFrame(frame: frame, isReplay: isReplay)
        switch outbox.offer(frame.frame.sequence, lane: lane.index, now: now) {
        case .write: write(outgoing, lane: lane)
        case .waits: lane.waiting = outgoing
        case .stale: break
        case .replaced:
            lane.waiting = outgoing
            lane.hub.counters.replacedFrames.add(1, ordering: .relaxed)
        case .thinned: lane.hub.counters.thinnedFrames.add(1, ordering: .relaxed)
        }
    }

    func streamFinished(_ lane: ViewerLane) {
        if request.carriesMany {
            leave(lane.index)
            announceStreams()
        } else {
            close(.goingAway, reason: "the stream has ended")
        }
    }

    private func write(_ outgoing: OutgoingFrame, lane: ViewerLane) {
        guard let context else { return }
        let frame = outgoing.frame
        let prefix =
            request.isTagged
            ? frame.taggedPrefix(streamIndex: lane.index, isReplay: outgoing.isReplay) : frame.plainPrefix
        let total = prefix.count + frame.frame.payload.count
        switch direct?.send(prefix: prefix, payload: frame.frame.payload) {
        case .sent(total):
            frameWritten(total, of: lane)
        case .sent(let sent):
            writeRest(of: frame, prefix: prefix, after: sent, total: total, lane: lane, context: context)
        case nil:
            writeRest(of: frame, prefix: prefix, after: 0, total: total, lane: lane, context: context)
        case .failed:
            lane.hub.counters.cutOffFrames.add(1, ordering: .relaxed)
            context.close(promise: nil)
        }
    }

    private func writeRest(
        of frame: WireFrame,
        prefix: [UInt8],
        after sent: Int,
        total: Int,
        lane: ViewerLane,
        context: ChannelHandlerContext
    ) {
        if sent < prefix.count {
            context.write(wrapOutboundOut(ByteBuffer(bytes: prefix[sent...])), promise: nil)
        }
        var payload = frame.payloadBuffer
        payload.moveReaderIndex(forwardBy: max(0, sent - prefix.count))
        let written = context.eventLoop.makePromise(of: Void.self)
        let bound = NIOLoopBound((handler: self, lane: lane), eventLoop: context.eventLoop)
        written.futureResult.whenComplete { result in
            let (handler, lane) = bound.value
            switch result {
            case .success: handler.frameWritten(total, of: lane)
            case .failure: lane.hub.counters.cutOffFrames.add(1, ordering: .relaxed)
            }
        }
        context.writeAndFlush(wrapOutboundOut(payload), promise: written)
    }

    private func frameWritten(_ byteCount: Int, of lane: ViewerLane) {
        lane.hub.counters.deliveredFrames.add(1, ordering: .relaxed)
        lane.hub.counters.deliveredBytes.add(UInt64(byteCount), ordering: .relaxed)
        writeCompleted()
    }

    private func writeCompleted() {
        guard let next = outbox.writeCompleted() else { return }
        writeNext(next)
    }

    private func writeNext(_ turn: ViewerOutbox.Turn) {
        guard !closing, let lane = lanes[turn.lane]?.lane, let outgoing = lane.waiting.take() else { return }
        write(outgoing, lane: lane)
    }

    // MARK: What the client says

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        awaitsPong = false
        parser.append(unwrapInboundIn(data).readableBytesView)
        do {
            while let message = try parser.next() { try handle(message) }
        } catch {
            close(error.closeCode, reason: error.reason)
        }
    }

    private func handle(_ message: WebSocketMessageParser.Message) throws(WebSocketViolation) {
        switch message {
        case .ping(let payload): writeControl(WebSocketFramePrefix.frame(.pong, payload))
        case .pong: break
        case .close(let code, _): acknowledgeClose(code)
        case .binary: throw WebSocketViolation(.unsupportedData, "binary messages are not taken")
        case .text(let text):
            // A plain viewer has nothing to say; what it says all the same is harmless.
            if request.isTagged { try handle(ClientMessage(parsing: text)) }
        }
    }

    private func handle(_ message: ClientMessage) throws(WebSocketViolation) {
        switch message {
        case .ping(let echo): writeText(.pong(t: echo, serverTime: broker.currentTime))
        case .rate(let stream, let framesPerSecond):
            guard let index = laneIndex(stream) else { return }
            outbox.setRate(framesPerSecond == 0 ? nil : framesPerSecond, lane: index)
        case .acknowledge(let stream, let sequence):
            guard let index = laneIndex(stream) else { return }
            if let next = outbox.acknowledged(upTo: sequence, lane: index) { writeNext(next) }
        case .subscribe(let names, let framesPerSecond):
            if request.carriesMany { subscribe(names, framesPerSecond: framesPerSecond) }
        case .unsubscribe(let streams):
            guard request.carriesMany else { return }
            for index in streams.compactMap(laneIndex) { leave(index) }
            announceStreams()
        case .unknown: break
        }
    }

    private func subscribe(_ names: [String], framesPerSecond: Double?) {
        var added: [Int] = []
        for name in names {
            do {
                guard lanes.count(where: { $0 != nil }) < Route.maximumStreamsPerSocket else {
                    throw BrokerError.streamLimitReached(limit: Route.maximumStreamsPerSocket)
                }
                let channel = try broker.channel(name)
                let id = try StreamID(name)
                guard !lanes.contains(where: { $0?.stream == id }) else { continue }
                add(id, channel, framesPerSecond: framesPerSecond == 0 ? nil : framesPerSecond)
                if let index = lanes.firstIndex(where: { $0?.stream == id }) { added.append(index) }
            } catch {
                writeText(.refused(stream: String(name.prefix(StreamID.maximumLength)), error: "\(error)"))
            }
        }
        announceStreams()
        for index in added { if let entry = lanes[index] { join(entry.channel, entry.lane) } }
    }

    private func laneIndex(_ reference: ClientMessage.StreamReference?) -> Int? {
        switch reference {
        case nil: lanes.count == 1 && lanes[0] != nil ? 0 : nil
        case .index(let index): lanes.indices.contains(index) && lanes[index] != nil ? index : nil
        case .name(let name): lanes.firstIndex { $0?.stream.name == name }
        }
    }

    private func announceStreams() {
        writeText(
            .streams(lanes.enumerated().compactMap { index, entry in entry.map { (index: index, stream: $0.stream) } })
        )
    }

    // MARK: Control frames

    private func writeText(_ message: ServerMessage) {
        writeControl(WebSocketFramePrefix.frame(.text, message.text.utf8))
    }

    /// Control frames go through NIO and count as writing, so that no frame is sent past them.
    private func writeControl(_ bytes: [UInt8], then completion: ((ViewerHandler) -> Void)? = nil) {
        guard let context, !closing || completion != nil,
            pendingControlWrites < configuration.maximumPendingControlWrites || completion != nil
        else { return }
        pendingControlWrites += 1
        outbox.controlWriteBegan()
        let written = context.eventLoop.makePromise(of: Void.self)
        let bound = NIOLoopBound((handler: self, completion: completion), eventLoop: context.eventLoop)
        written.futureResult.whenComplete { result in
            let (handler, completion) = bound.value
            handler.pendingControlWrites -= 1
            if case .success = result {
                handler.writeCompleted()
                completion?(handler)
            }
        }
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: bytes)), promise: written)
    }

    private func scheduleHeartbeat() {
        guard let context else { return }
        let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
        heartbeat = context.eventLoop.scheduleTask(in: TimeAmount(configuration.pingInterval)) {
            bound.value.beat()
        }
    }

    private func beat() {
        guard let context, !closing else { return }
        // While frames are stuck in a full socket, a ping would be stuck behind them: no answer then means nothing.
        guard outbox.isIdle else { return scheduleHeartbeat() }
        awaitsPong = true
        writeControl(WebSocketFramePrefix.frame(.ping, []))
        let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
        heartbeat = context.eventLoop.scheduleTask(in: TimeAmount(configuration.pingTimeout)) {
            let viewer = bound.value
            if viewer.awaitsPong, viewer.outbox.isIdle {
                viewer.context?.close(promise: nil)
            } else {
                viewer.scheduleHeartbeat()
            }
        }
    }

    // MARK: Closing

    /// Tells the client why and closes once it has answered, or after a while.
    func close(_ code: WebSocketCloseCode, reason: String) {
        guard let context, !closing else { return }
        closing = true
        for index in lanes.indices { leave(index) }
        heartbeat?.cancel()
        let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
        heartbeat = context.eventLoop.scheduleTask(in: TimeAmount(configuration.closeTimeout)) {
            bound.value.context?.close(promise: nil)
        }
        writeControl(WebSocketFramePrefix.closeFrame(code, reason: reason)) { viewer in
            // A peer that broke the protocol is not waited for: what follows from it cannot be understood.
            if code != .goingAway, code != .normal { viewer.context?.close(mode: .output, promise: nil) }
        }
    }

    private func acknowledgeClose(_ code: WebSocketCloseCode?) {
        guard let context else { return }
        if closing {
            context.close(promise: nil)
            return
        }
        closing = true
        for index in lanes.indices { leave(index) }
        writeControl(WebSocketFramePrefix.closeFrame(code ?? .normal, reason: "")) { $0.context?.close(promise: nil) }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case is ServerIsShuttingDown: close(.goingAway, reason: "the server is shutting down")
        case ChannelEvent.inputClosed: context.close(promise: nil)
        default: context.fireUserInboundEventTriggered(event)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }
}

@available(*, unavailable)
extension ViewerHandler: Sendable {}
