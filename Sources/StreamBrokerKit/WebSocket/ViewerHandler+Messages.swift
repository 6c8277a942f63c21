import NIOCore
import StreamBrokerCore

/// What the client says, and what it is answered.
extension ViewerHandler {
    func receive(_ bytes: ByteBuffer) {
        let now = SystemClock.steadyTime
        liveness.heard(now: now)
        isReceiving = true
        defer {
            isReceiving = false
            flushAnswers()
        }
        parser.append(bytes.readableBytesView)
        do {
            while let message = try parser.next() { try handle(message, now: now) }
        } catch {
            if !closing, let limit = Limit(error.closeCode) { service.note(limit, by: pass.client) }
            parser.stop()
            close(error.closeCode, reason: error.reason)
        }
        if parser.discardedByteCount > Self.maximumDiscardedBytes { context?.close(promise: nil) }
    }

    /// What was under way already when a client was told why its connection ends is thrown away. One that sends more than this does not listen,
    /// and is cut off.
    private static let maximumDiscardedBytes = 4 << 20

    func handle(_ message: WebSocketMessageParser.Message, now: Int64) throws(WebSocketViolation) {
        switch message {
        case .ping(let payload):
            try spend(.whole, now: now)
            writeControl(WebSocketFramePrefix.frame(.pong, payload))
        case .pong(let payload):
            try spend(.acknowledgement, now: now)
            receivePong(payload)
        case .close(let code, _): acknowledgeClose(code)
        case .binary: throw WebSocketViolation(.unsupportedData, "binary messages are not taken")
        case .text(let text):
            // A plain viewer has nothing to say; what it says all the same is harmless.
            guard isTagged else { return try spend(.whole, now: now) }
            let message = try ClientMessage(parsing: text)
            if case .acknowledge = message {
                try spend(.acknowledgement, now: now)
            } else {
                try spend(.whole, now: now)
            }
            handle(message)
        }
    }

    private func spend(_ cost: MessageAllowance.Cost, now: Int64) throws(WebSocketViolation) {
        guard allowance.spend(cost, now: now) else {
            let limit = service.viewers.maximumMessagesPerSecond
            throw WebSocketViolation(.policyViolation, "there are more than \(limit) messages per second")
        }
    }

    func handle(_ message: ClientMessage) {
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

    func setRate(_ framesPerSecond: Double?, lane index: Int) {
        outbox.setRate(framesPerSecond, lane: index)
        // What the old rate left out is the newest picture there is.
        if let lane = entries[index]?.lane { sendHeldBack(lane, now: SystemClock.steadyTime) }
    }

    func subscribe(_ names: [String], framesPerSecond: Double?) {
        guard let context else { return }
        var added: [Int] = []
        for name in names {
            do {
                guard entries.count(where: { $0 != nil }) < Route.maximumStreamsPerSocket else {
                    throw BrokerError.streamLimitReached(limit: Route.maximumStreamsPerSocket)
                }
                let id: StreamID
                do { id = try StreamID(name) } catch { throw BrokerError.invalidStreamID(error) }
                if let denial = denial(of: id) {
                    service.access.note(denial, of: "ws", streams: [id], from: pass.client)
                    writeText(.refused(stream: id.name, error: denial.text, isFinal: true))
                    continue
                }
                guard !entries.contains(where: { $0?.stream == id }) else { continue }
                let channel = try service.broker.channel(id)
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

    func laneIndex(_ reference: ClientMessage.StreamReference?) -> Int? {
        switch reference {
        case nil: entries.count == 1 && entries[0] != nil ? 0 : nil
        case .index(let index): entries.indices.contains(index) && entries[index] != nil ? index : nil
        case .name(let name): entries.firstIndex { $0?.stream.name == name }
        }
    }

    func announceStreams() {
        writeText(
            .streams(
                entries.enumerated().compactMap { index, entry in entry.map { (index: index, stream: $0.stream) } }
            )
        )
    }

    func writeText(_ message: ServerMessage) {
        writeControl(WebSocketFramePrefix.frame(.text, message.text.utf8))
    }

    /// Answers to what came together go out together.
    private func flushAnswers() {
        guard hasUnflushedAnswers else { return }
        hasUnflushedAnswers = false
        context?.flush()
    }

    /// Control frames go through NIO and count as writing, so that no frame is sent past them.
    func writeControl(_ bytes: [UInt8], then completion: ((ViewerHandler) -> Void)? = nil) {
        // Before they are too many to be kept: the socket may well take them.
        if pendingControlWrites >= service.viewers.maximumPendingControlWrites { flushAnswers() }
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
        context.write(wrapOutboundOut(ByteBuffer(bytes: bytes)), promise: written)
        if isReceiving { hasUnflushedAnswers = true } else { context.flush() }
    }
}
