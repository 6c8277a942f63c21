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

    // What every frame needs stands first, and so close together in memory.
    private var closing = false
    private let isTagged: Bool
    /// Whether the viewer has something that it must take or acknowledge.
    private var expectsProgress = false
    private var direct: DirectSocketWriter?
    private var outbox = ViewerOutbox(laneCount: 0)

    private let service: BrokerService
    private let carriesMany: Bool
    /// What the viewer asked for, until it has joined.
    private var request: ViewerRequest?
    /// What the client sent before this handler was there.
    private var earlyBytes: ByteBuffer
    private let seat: ViewerSeat
    private let framesPerSecond: Double?
    private(set) var context: ChannelHandlerContext?
    private var clock: ViewerClock?
    private var parser = WebSocketMessageParser()
    /// By lane index; `nil` where a stream was unsubscribed.
    private(set) var entries: [Entry?] = []
    private var pendingControlWrites = 0
    private var liveness: PeerLiveness
    /// When the viewer counts as stalled if it ``expectsProgress``, in µs of the steady clock.
    private var progressDue: Int64 = 0
    private var isTimed = false
    private(set) var isStalled = false
    let joinTime = SystemClock.steadyTime

    init(service: BrokerService, request: ViewerRequest, earlyBytes: ByteBuffer = ByteBuffer()) {
        self.service = service
        self.earlyBytes = earlyBytes
        self.request = request
        seat = request.seat
        isTagged = request.isTagged
        carriesMany = request.carriesMany
        framesPerSecond = request.framesPerSecond
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

    private func add(_ stream: ViewerRequest.Stream) {
        guard let hub = stream.channel.viewerHub else { return }
        let index = outbox.addLane()
        outbox.setRate(framesPerSecond, lane: index)
        let lane = ViewerLane(hub: hub, index: index, viewer: self)
        if index == entries.count { entries.append(nil) }
        entries[index] = Entry(stream: stream.id, channel: stream.channel, lane: lane, place: stream.place)
    }

    private func join(_ entry: Entry) {
        guard let context else { return }
        entry.channel.noteActivity()
        entry.lane.hub.join(entry.lane, on: context.eventLoop)
    }

    private func leave(_ index: Int) {
        guard let context, let entry = entries[index] else { return }
        entries[index] = nil
        if isStalled { entry.lane.noteStalled(false) }
        if outbox.removeLane(index) { entry.lane.noteCutOff() }
        if entry.lane.heldBack != nil { entry.lane.noteThinned() }
        entry.lane.hub.leave(entry.lane, on: context.eventLoop)
        entry.lane.close()
        entry.channel.noteActivity()
    }

    private func leaveAll() {
        // First of all: the socket is not ours any more.
        direct = nil
        clock?.remove(self)
        clock = nil
        for index in entries.indices { leave(index) }
        request = nil
        context = nil
    }

    // MARK: Frames

    func offer(_ round: DeliveryRound, lane: ViewerLane) {
        guard !closing else { return }
        let offer = outbox.offer(round.frame.frame.sequence, lane: lane.index, now: round.now)
        if case .stale = offer { return }
        let message = isTagged ? round.taggedMessage(streamIndex: lane.index) : round.plainMessage
        if case .thinned = offer { return holdBack(message, lane: lane, now: round.now) }
        if !lane.isSimple, lane.heldBack != nil {
            lane.heldBack = nil
            lane.noteThinned()
        }
        carryOut(offer, message, lane: lane)
        if !lane.isSimple { noteSmoothness(of: offer, lane: lane, now: round.now) }
    }

    private func carryOut(_ offer: ViewerOutbox.Offer, _ message: WireMessage, lane: ViewerLane) {
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

    private func write(_ message: WireMessage, lane: ViewerLane) {
        switch direct?.send(message) {
        case .sent(message.byteCount):
            let now = SystemClock.steadyTime
            lane.noteDelivered(message, at: now)
            if !lane.isSimple { writePing(behind: message, lane: lane) }
            writeCompleted(now: now)
        case .sent(let sent):
            if !lane.acknowledgesItself { lane.pongs.provedSlow() }
            writeRest(of: message, after: sent, lane: lane)
        case nil:
            writeRest(of: message, after: 0, lane: lane)
        case .failed:
            lane.noteCutOff()
            context?.close(promise: nil)
        }
    }

    private func writeRest(of message: WireMessage, after sent: Int, lane: ViewerLane) {
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
        context.writeAndFlush(wrapOutboundOut(message.rest(after: sent)), promise: written)
        writePing(behind: message, lane: lane)
    }

    private func writeCompleted(now: Int64) {
        if expectsProgress { noteProgress() }
        carryOut(outbox.writeCompleted(now: now))
    }

    private func carryOut(_ next: ViewerOutbox.Next) {
        switch next {
        case .nothing: break
        case .write(let turn): writeNext(turn)
        case .waits: scheduleNextTime()
        }
    }

    private func writeNext(_ turn: ViewerOutbox.Turn) {
        guard !closing, let lane = entries[turn.lane]?.lane, let message = lane.waiting.take() else { return }
        write(message, lane: lane)
    }

    // MARK: Viewers that acknowledge

    private func acknowledged(upTo sequence: UInt64, lane index: Int) {
        let now = SystemClock.steadyTime
        noteProgress()
        carryOut(outbox.acknowledged(upTo: sequence, lane: index, now: now))
    }

    /// A frame may wait for nothing but its time.
    private func scheduleNextTime() {
        guard !isTimed, let context, let time = outbox.nextTime() else { return }
        isTimed = true
        let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
        context.eventLoop.scheduleTask(in: .microseconds(max(0, time - SystemClock.steadyTime))) {
            bound.value.timeCame()
        }
    }

    private func timeCame() {
        isTimed = false
        guard !closing else { return }
        carryOut(outbox.timeCame(now: SystemClock.steadyTime))
    }

    private func writePing(behind message: WireMessage, lane: ViewerLane) {
        guard lane.pongs.sendsPings else { return }
        writeControl(PongAcknowledgement.ping(lane: lane.index, sequence: message.sequence))
    }

    private func receivePong(_ payload: [UInt8]) {
        guard let (index, sequence) = PongAcknowledgement.frame(ofPong: payload), entries.indices.contains(index),
            let lane = entries[index]?.lane, lane.pongs.sendsPings
        else { return }
        lane.pongs.answered()
        acknowledged(upTo: sequence, lane: index)
    }

    private func noteSmoothness(of offer: ViewerOutbox.Offer, lane: ViewerLane, now: Int64) {
        guard lane.pongs.sendsPings else { return }
        var hadToWait = true
        if case .write = offer { hadToWait = false }
        guard lane.pongs.offered(hadToWait: hadToWait) else { return }
        carryOut(outbox.stopAcknowledging(lane: lane.index, now: now))
    }

    /// From now on the viewer must get on with what it has, or it counts as stalled.
    private func expectProgress(of message: WireMessage) {
        expectsProgress = true
        progressDue = SystemClock.steadyTime + WriteBudget.microseconds(forBytes: message.byteCount)
    }

    private func noteProgress() {
        expectsProgress = false
        setStalled(false)
    }

    // MARK: Frames that the viewer's rate leaves out

    /// Keeps the newest of them: if the stream stops with it, the viewer is to have it.
    private func holdBack(_ message: WireMessage, lane: ViewerLane, now: Int64) {
        if lane.heldBack != nil { lane.noteThinned() }
        lane.heldBack = message
        guard !lane.isHeldBackTimed, let due = outbox.heldBackDue(lane: lane.index) else { return }
        timeHeldBack(lane, in: due - now)
    }

    private func timeHeldBack(_ lane: ViewerLane, in delay: Int64) {
        guard let context else { return }
        lane.isHeldBackTimed = true
        let bound = NIOLoopBound((handler: self, lane: lane), eventLoop: context.eventLoop)
        context.eventLoop.scheduleTask(in: .microseconds(max(0, delay))) {
            let (handler, lane) = bound.value
            lane.isHeldBackTimed = false
            handler.heldBackIsDue(lane)
        }
    }

    /// One timer serves many frames: when newer ones went through since it was set, it is set again for the one that is kept now.
    private func heldBackIsDue(_ lane: ViewerLane) {
        guard !closing, lane.heldBack != nil, entries.indices.contains(lane.index), entries[lane.index]?.lane === lane
        else { return }
        let now = SystemClock.steadyTime
        if let due = outbox.heldBackDue(lane: lane.index), due > now { return timeHeldBack(lane, in: due - now) }
        sendHeldBack(lane, now: now)
    }

    private func sendHeldBack(_ lane: ViewerLane, now: Int64) {
        guard let message = lane.heldBack.take() else { return }
        carryOut(outbox.offerHeldBack(message.sequence, lane: lane.index, now: now), message, lane: lane)
        lane.roster?.publishTally()
    }

    // MARK: What the client says

    func channelActive(context: ChannelHandlerContext) {
        // A connection that came here from another event loop is active only now.
        start()
        context.fireChannelActive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        receive(unwrapInboundIn(data))
    }

    func receive(_ bytes: ByteBuffer) {
        liveness.heard(now: SystemClock.steadyTime)
        parser.append(bytes.readableBytesView)
        do {
            while let message = try parser.next() { try handle(message) }
        } catch {
            close(error.closeCode, reason: error.reason)
        }
    }

    private func handle(_ message: WebSocketMessageParser.Message) throws(WebSocketViolation) {
        switch message {
        case .ping(let payload): writeControl(WebSocketFramePrefix.frame(.pong, payload))
        case .pong(let payload): receivePong(payload)
        case .close(let code, _): acknowledgeClose(code)
        case .binary: throw WebSocketViolation(.unsupportedData, "binary messages are not taken")
        case .text(let text):
            // A plain viewer has nothing to say; what it says all the same is harmless.
            if isTagged { try handle(ClientMessage(parsing: text)) }
        }
    }

    private func handle(_ message: ClientMessage) throws(WebSocketViolation) {
        switch message {
        case .ping(let echo): writeText(.pong(t: echo, serverTime: service.broker.currentTime))
        case .rate(let stream, let framesPerSecond):
            guard let index = laneIndex(stream) else { return }
            setRate(framesPerSecond == 0 ? nil : framesPerSecond, lane: index)
        case .acknowledge(let stream, let sequence):
            guard let index = laneIndex(stream), let lane = entries[index]?.lane else { return }
            lane.acknowledgesItself = true
            lane.pongs = PongAcknowledgement()
            acknowledged(upTo: sequence, lane: index)
        case .subscribe(let names, let framesPerSecond):
            if carriesMany { subscribe(names, framesPerSecond: framesPerSecond) }
        case .unsubscribe(let streams):
            guard carriesMany else { return }
            for index in streams.compactMap(laneIndex) { leave(index) }
            announceStreams()
        case .unknown: break
        }
    }

    private func setRate(_ framesPerSecond: Double?, lane index: Int) {
        outbox.setRate(framesPerSecond, lane: index)
        // What the old rate left out is the newest picture there is.
        if let lane = entries[index]?.lane { sendHeldBack(lane, now: SystemClock.steadyTime) }
    }

    private func subscribe(_ names: [String], framesPerSecond: Double?) {
        guard let context else { return }
        var added: [Int] = []
        for name in names {
            do {
                guard entries.count(where: { $0 != nil }) < Route.maximumStreamsPerSocket else {
                    throw BrokerError.streamLimitReached(limit: Route.maximumStreamsPerSocket)
                }
                let channel = try service.broker.channel(name)
                let id = try StreamID(name)
                guard !entries.contains(where: { $0?.stream == id }) else { continue }
                // The connection stays on its loop, whatever would suit the new stream best.
                let place = try service.takePlace(in: channel, current: context.eventLoop, among: [])
                add(ViewerRequest.Stream(id: id, channel: channel, place: place))
                guard let index = entries.firstIndex(where: { $0?.stream == id }) else { continue }
                outbox.setRate(framesPerSecond == 0 ? nil : framesPerSecond, lane: index)
                added.append(index)
            } catch let refusal as ViewerRefusal {
                let error = service.explanation(of: refusal)
                writeText(.refused(stream: String(name.prefix(StreamID.maximumLength)), error: error))
            } catch {
                writeText(.refused(stream: String(name.prefix(StreamID.maximumLength)), error: "\(error)"))
            }
        }
        announceStreams()
        for index in added { if let entry = entries[index] { join(entry) } }
    }

    private func laneIndex(_ reference: ClientMessage.StreamReference?) -> Int? {
        switch reference {
        case nil: entries.count == 1 && entries[0] != nil ? 0 : nil
        case .index(let index): entries.indices.contains(index) && entries[index] != nil ? index : nil
        case .name(let name): entries.firstIndex { $0?.stream.name == name }
        }
    }

    private func announceStreams() {
        writeText(
            .streams(
                entries.enumerated().compactMap { index, entry in entry.map { (index: index, stream: $0.stream) } }
            )
        )
    }

    // MARK: Control frames

    private func writeText(_ message: ServerMessage) {
        writeControl(WebSocketFramePrefix.frame(.text, message.text.utf8))
    }

    /// Control frames go through NIO and count as writing, so that no frame is sent past them.
    private func writeControl(_ bytes: [UInt8], then completion: ((ViewerHandler) -> Void)? = nil) {
        guard let context, !closing || completion != nil,
            pendingControlWrites < service.viewers.maximumPendingControlWrites || completion != nil
        else { return }
        pendingControlWrites += 1
        outbox.controlWriteBegan()
        let written = context.eventLoop.makePromise(of: Void.self)
        let bound = NIOLoopBound((handler: self, completion: completion), eventLoop: context.eventLoop)
        written.futureResult.whenComplete { result in
            let (handler, completion) = bound.value
            handler.pendingControlWrites -= 1
            switch result {
            case .success:
                handler.writeCompleted(now: SystemClock.steadyTime)
                completion?(handler)
            case .failure:
                handler.direct = nil
            }
        }
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: bytes)), promise: written)
    }

    // MARK: Whether the peer is still there

    /// Called every few seconds by the loop's ``ViewerClock``.
    func check(now: Int64) {
        guard let context, !closing else { return }
        if expectsProgress { setStalled(now > progressDue) }
        let transport = direct.flatMap { ViewerSocket.transportState(of: $0.handle) }
        switch liveness.check(now: now, isWriting: !outbox.isIdle || expectsProgress, transport: transport) {
        case .alive: break
        case .ping: writeControl(WebSocketFramePrefix.frame(.ping, []))
        case .dead(let sign):
            service.logger.debug("viewer is gone", metadata: ["sign": "\(sign)"])
            service.viewerLosses.note(sign)
            context.close(promise: nil)
        }
    }

    private func setStalled(_ stalled: Bool) {
        guard stalled != isStalled else { return }
        isStalled = stalled
        for entry in entries { entry?.lane.noteStalled(stalled) }
    }

    // MARK: Closing

    /// Tells the client why and closes once it has answered, or after a while.
    func close(_ code: WebSocketCloseCode, reason: String) {
        guard let context, !closing else { return }
        closing = true
        for index in entries.indices { leave(index) }
        let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
        context.eventLoop.scheduleTask(in: TimeAmount(service.viewers.closeTimeout)) {
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
        for index in entries.indices { leave(index) }
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
