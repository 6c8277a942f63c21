import Logging
import NIOCore
import StreamBrokerCore

/// One viewer's connection after the upgrade: the only handler left in its pipeline. Lives on its event loop.
///
/// What is sent when is decided by ``ViewerOutbox``, and whether the peer is still there by ``PeerLiveness``; this handler carries it out.
final class ViewerHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// A stream that the viewer watches.
    struct Entry {
        var stream: StreamID
        var channel: FrameChannel
        var lane: ViewerLane
        /// Given back when the entry is gone.
        var place: StreamPlace
    }

    var closing = false {
        didSet { updateDirectPath() }
    }
    /// Whether the viewer has something that it must take or acknowledge.
    var expectsProgress = false {
        didSet { updateDirectPath() }
    }
    var direct: DirectSocketWriter? {
        didSet { updateDirectPath() }
    }
    var outbox = ViewerOutbox(laneCount: 0) {
        didSet { updateDirectPath() }
    }

    let isTagged: Bool
    let service: BrokerService
    let carriesMany: Bool
    /// What the viewer asked for, until it has joined.
    var request: ViewerRequest?
    /// What the client sent before this handler was there.
    var earlyBytes: ByteBuffer
    let seat: ViewerSeat
    let framesPerSecond: Double?
    var context: ChannelHandlerContext?
    var clock: ViewerClock?
    var parser: WebSocketMessageParser
    var allowance: MessageAllowance
    /// By lane index; `nil` where a stream was unsubscribed.
    var entries: [Entry?] = []
    var pendingControlWrites = 0
    /// Whether what the client said is being read, so that answers are written and not flushed yet.
    var isReceiving = false
    var hasUnflushedAnswers = false
    var liveness: PeerLiveness
    var roundTripMeter = RoundTripMeter()
    /// When the viewer counts as stalled if it ``expectsProgress``, in µs of the steady clock.
    var progressDue: Int64 = 0
    var isTimed = false
    var isStalled = false
    let joinTime = SystemClock.steadyTime
    /// Who watches, and so what they may watch.
    var pass: AccessPass
    var accessTimer: AccessTimer?
    /// Ends a connection whose peer does not answer the close frame. It holds the viewer, and with it the seat.
    var closeTimer: Scheduled<Void>?

    init(service: BrokerService, request: ViewerRequest, earlyBytes: ByteBuffer = ByteBuffer()) {
        self.service = service
        self.earlyBytes = earlyBytes
        self.request = request
        seat = request.seat
        pass = request.pass
        isTagged = request.isTagged
        carriesMany = request.carriesMany
        framesPerSecond = request.framesPerSecond
        parser = WebSocketMessageParser(limits: service.viewers.messages)
        allowance = MessageAllowance(perSecond: service.viewers.maximumMessagesPerSecond, now: joinTime)
        liveness = PeerLiveness(limits: service.viewers.liveness, now: joinTime)
    }

    // MARK: Joining and leaving

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
    }

    /// Joins the streams. Call when the connection is active and no other handler is left in its pipeline.
    func start() {
        guard let context, let request else { return }
        self.request = nil
        ViewerSocket.configure(context.channel, service.viewers)
        direct = DirectSocketWriter(context.channel)
        for stream in request.streams { add(stream) }
        watchAccess()
        if carriesMany { announceStreams() }
        for entry in entries { if let entry { join(entry) } }
        clock = service.viewerClocks.clock(on: context.eventLoop)
        clock?.add(self)
        let bytes = earlyBytes
        earlyBytes = ByteBuffer()
        if bytes.readableBytes > 0 { receive(bytes) }
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        leaveAll()
    }

    func channelInactive(context: ChannelHandlerContext) {
        leaveAll()
        context.fireChannelInactive()
    }

    func add(_ stream: ViewerRequest.Stream) {
        guard let hub = stream.channel.viewerHub else { return }
        let index = outbox.addLane()
        outbox.setRate(framesPerSecond, lane: index)
        let lane = ViewerLane(hub: hub, index: index, viewer: self)
        if index == entries.count { entries.append(nil) }
        entries[index] = Entry(stream: stream.id, channel: stream.channel, lane: lane, place: stream.place)
        updateDirectPath()
    }

    func join(_ entry: Entry) {
        guard let context else { return }
        entry.channel.noteActivity()
        entry.lane.hub.join(entry.lane, on: context.eventLoop)
    }

    func leave(_ index: Int) {
        guard let context, let entry = entries[index] else { return }
        entries[index] = nil
        if isStalled { entry.lane.noteStalled(false) }
        if outbox.removeLane(index) { entry.lane.noteCutOff() }
        if entry.lane.heldBack != nil { entry.lane.noteThinned() }
        entry.lane.hub.leave(entry.lane, on: context.eventLoop)
        entry.lane.close()
        entry.channel.noteActivity()
    }

    func leaveAll() {
        // First of all: the socket is not ours any more.
        direct = nil
        clock?.remove(self)
        clock = nil
        stopWatchingAccess()
        closeTimer?.cancel()
        closeTimer = nil
        for index in entries.indices { leave(index) }
        request = nil
        context = nil
    }

    // MARK: Frames

    func offer(_ round: DeliveryRound, lane: ViewerLane) {
        guard !closing else { return }
        let offer = askOutbox(about: round.frame, lane: lane, now: round.now)
        if case .stale = offer { return }
        let message = message(of: round, lane: lane)
        if case .thinned = offer { return holdBack(message, lane: lane, now: round.now) }
        if !lane.isSimple, lane.heldBack != nil {
            lane.heldBack = nil
            lane.noteThinned()
        }
        carryOut(offer, message, lane: lane)
        if !lane.isSimple { noteSmoothness(of: offer, lane: lane, now: round.now) }
    }

    func message(of round: DeliveryRound, lane: ViewerLane) -> WireMessage {
        isTagged ? round.taggedMessage(streamIndex: lane.index) : round.plainMessage
    }

    func carryOut(_ offer: ViewerOutbox.Offer, _ message: WireMessage, lane: ViewerLane) {
        switch offer {
        case .write: write(message, lane: lane)
        case .waits:
            lane.waiting = message
            if !expectsProgress { expectProgress(of: message) }
            scheduleNextTime()
        case .replaced:
            lane.waiting = message
            if !expectsProgress { expectProgress(of: message) }
            lane.noteReplaced()
        case .thinned, .stale: break
        }
    }

    func streamFinished(_ lane: ViewerLane) {
        if carriesMany {
            leave(lane.index)
            announceStreams()
        } else {
            close(.goingAway, reason: "the stream has ended")
        }
    }

    func write(_ message: WireMessage, lane: ViewerLane) {
        switch direct?.send(message) {
        case .sent(message.byteCount):
            let now = SystemClock.steadyTime
            lane.noteDelivered(message, at: now)
            if !lane.isSimple { writePing(behind: message, lane: lane) }
            writeCompleted(now: now)
        case .sent(let sent):
            writeSlowly(message, after: sent, lane: lane)
        case nil:
            writeRest(of: message, after: 0, lane: lane)
        case .failed:
            connectionFailed(lane)
        }
    }

    /// The socket took only so much.
    func writeSlowly(_ message: WireMessage, after sent: Int, lane: ViewerLane) {
        if !lane.acknowledgesItself { lane.pongs.provedSlow() }
        writeRest(of: message, after: sent, lane: lane)
    }

    func connectionFailed(_ lane: ViewerLane) {
        lane.noteCutOff()
        context?.close(promise: nil)
    }

    func writeRest(of message: WireMessage, after sent: Int, lane: ViewerLane) {
        guard let context else { return }
        let written = context.eventLoop.makePromise(of: Void.self)
        let bound = NIOLoopBound((handler: self, lane: lane), eventLoop: context.eventLoop)
        written.futureResult.whenComplete { result in
            let (handler, lane) = bound.value
            switch result {
            case .success:
                let now = SystemClock.steadyTime
                lane.noteDelivered(message, at: now)
                lane.roster?.publishTally()
                handler.writeCompleted(now: now)
            case .failure:
                handler.direct = nil
                lane.noteCutOff()
            }
        }
        expectProgress(of: message)
        let pieces = message.pieces(after: sent)
        if let prefix = pieces.prefix { context.write(wrapOutboundOut(prefix), promise: nil) }
        context.writeAndFlush(wrapOutboundOut(pieces.rest), promise: written)
        writePing(behind: message, lane: lane)
    }

    func writeCompleted(now: Int64) {
        if expectsProgress { noteProgress() }
        carryOut(outbox.writeCompleted(now: now))
    }

    func carryOut(_ next: ViewerOutbox.Next) {
        switch next {
        case .nothing: break
        case .write(let turn): writeNext(turn)
        case .waits: scheduleNextTime()
        }
    }

    func writeNext(_ turn: ViewerOutbox.Turn) {
        guard !closing, let lane = entries[turn.lane]?.lane, let message = lane.waiting.take() else { return }
        write(message, lane: lane)
        lane.roster?.publishTally()
    }

    // MARK: Events

    func channelActive(context: ChannelHandlerContext) {
        // A connection that came here from another event loop is active only now.
        start()
        context.fireChannelActive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        receive(unwrapInboundIn(data))
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
