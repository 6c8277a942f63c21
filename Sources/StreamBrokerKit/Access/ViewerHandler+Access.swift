import NIOCore
import StreamBrokerCore

/// What becomes of a viewer whose permission ends.
extension ViewerHandler {
    func watchAccess() {
        guard let context else { return }
        let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
        accessTimer = AccessTimer(loop: context.eventLoop, control: service.access) {
            let viewer = bound.value
            viewer.recheckAccess()
            return viewer.closing ? nil : viewer.pass.nextExpiry
        }
        // It may have left while the timer was made.
        if self.context == nil { stopWatchingAccess() }
    }

    func stopWatchingAccess() {
        accessTimer?.cancel()
        accessTimer = nil
    }

    /// Why a stream may not be watched now; `nil` when it may.
    func denial(of stream: StreamID) -> AccessDenial? {
        do throws(AccessDenial) {
            try pass.check(.view([stream]), at: service.broker.currentTime)
            return nil
        } catch {
            return error
        }
    }

    private func recheckAccess() {
        guard context != nil, !closing else { return }
        do throws(AccessDenial) {
            let now = service.broker.currentTime
            try pass.renew(service.access, now: now)
            try pass.check(.someView, at: now)
        } catch {
            return end(error)
        }
        var last: AccessDenial?
        for index in entries.indices {
            guard let stream = entries[index]?.stream, let denial = denial(of: stream) else { continue }
            guard carriesMany else { return end(denial) }
            service.access.note(denial, of: "ws", streams: [stream], from: pass.client)
            writeText(.refused(stream: stream.name, error: denial.text, isFinal: true))
            leave(index)
            last = denial
        }
        if last != nil { announceStreams() }
    }

    private func end(_ denial: AccessDenial) {
        service.access.note(
            denial,
            of: "ws",
            streams: entries.compactMap { $0?.stream },
            from: pass.client
        )
        close(.policyViolation, reason: denial.text)
    }
}
