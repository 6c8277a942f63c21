import Logging
import NIOCore
import StreamBrokerCore

/// Whether the peer is still there, and how the connection ends.
extension ViewerHandler {
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

    func setStalled(_ stalled: Bool) {
        guard stalled != isStalled else { return }
        isStalled = stalled
        for entry in entries { entry?.lane.noteStalled(stalled) }
    }

    /// Tells the client why and closes once it has answered, or after a while.
    func close(_ code: WebSocketCloseCode, reason: String) {
        guard let context, !closing else { return }
        beginClosing(context)
        writeControl(WebSocketFramePrefix.closeFrame(code, reason: reason)) { viewer in
            // A peer that broke the protocol is not waited for: what follows from it cannot be understood.
            if code != .goingAway, code != .normal { viewer.context?.close(mode: .output, promise: nil) }
        }
    }

    func acknowledgeClose(_ code: WebSocketCloseCode?) {
        guard let context else { return }
        if closing {
            context.close(promise: nil)
            return
        }
        beginClosing(context)
        writeControl(WebSocketFramePrefix.closeFrame(code ?? .normal, reason: "")) { $0.context?.close(promise: nil) }
    }

    /// Takes no more frames, and ends the connection after a while even if the peer reads nothing.
    private func beginClosing(_ context: ChannelHandlerContext) {
        closing = true
        for index in entries.indices { leave(index) }
        let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
        closeTimer = context.eventLoop.scheduleTask(in: TimeAmount(service.viewers.closeTimeout)) {
            bound.value.context?.close(promise: nil)
        }
    }
}
