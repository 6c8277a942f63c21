import NIOCore
import NIOHTTP1
import StreamBrokerCore

/// The one place where it is decided whether a request is carried out.
extension BrokerHTTPHandler {
    /// Looks at the page that a request comes from, then at its token, and gives the connection a pass.
    ///
    /// - Throws: ``AccessDenial``, counted and logged.
    func admit(
        _ route: Route,
        _ head: HTTPRequestHead,
        _ target: RequestTarget,
        context: ChannelHandlerContext
    ) throws(AccessDenial) {
        let requirement = route.requirement
        let client = service.client(of: head, on: context.channel)
        do throws(AccessDenial) {
            if isForOwnPagesOnly(route, head) {
                let isSecure = OriginRule.isSecure(head.headers, on: context.channel)
                guard service.origins.allows(head.headers, isSecure: isSecure) else { throw AccessDenial(.origin) }
            }
            guard requirement != .nothing else { return }
            let now = service.broker.currentTime
            // Who may open the socket of an embedding server is not known here.
            let isTrusted = role == .broker && TrustedSocket.carries(head, on: context.channel)
            let token = isTrusted || service.access.isOpen ? nil : try Credential.token(in: head.headers, target)
            let pass = try AccessPass(
                token: token,
                client: client,
                isTrusted: isTrusted,
                known: pass ?? connectionPass?.pass,
                control: service.access,
                now: now
            )
            self.pass = pass
            connectionPass?.pass = pass
            try pass.check(requirement, at: now)
        } catch {
            service.noteDenial(error, of: route, from: client)
            throw error
        }
    }

    /// A request that a browser sends for any page: a WebSocket is open to all origins, and so is a simple post (Fetch Standard,
    /// section 2.2.2). What is left only reads, and a page of another origin does not get to see it.
    private func isForOwnPagesOnly(_ route: Route, _ head: HTTPRequestHead) -> Bool {
        guard head.headers.contains(name: "Origin") else { return false }
        switch route {
        case .ingest, .viewer, .viewerOfMany: return true
        case .asset(BrokerService.debugEchoPath): return service.answersDebugEcho
        default: return false
        }
    }

    /// What lets a page of another origin read an answer, if it may.
    func corsHeaders(for head: HTTPRequestHead, context: ChannelHandlerContext) -> [(String, String)] {
        guard head.headers.contains(name: "Origin") else { return [] }
        let isSecure = OriginRule.isSecure(head.headers, on: context.channel)
        return service.origins.responseHeaders(for: head.headers, isSecure: isSecure)
    }

    /// Ends an answer that goes on when what allowed it is gone.
    func watchAccess(_ route: Route, context: ChannelHandlerContext) {
        let bound = NIOLoopBound((handler: self, context: context), eventLoop: context.eventLoop)
        accessTimer = AccessTimer(loop: context.eventLoop, control: service.access) {
            let (handler, context) = bound.value
            guard let denial = handler.renewedDenial(of: route) else { return handler.pass?.nextExpiry }
            handler.service.noteDenial(denial, of: route, from: handler.pass?.client)
            context.close(promise: nil)
            return nil
        }
        // It may have ended while the timer was made.
        if !context.channel.isActive { stopWatchingAccess() }
    }

    func stopWatchingAccess() {
        accessTimer?.cancel()
        accessTimer = nil
    }

    /// Why the last request would not be carried out now; `nil` when it would.
    func renewedDenial(of route: Route) -> AccessDenial? {
        guard var renewed = pass else { return nil }
        let now = service.broker.currentTime
        do throws(AccessDenial) {
            try renewed.renew(service.access, now: now)
            pass = renewed
            try renewed.check(route.requirement, at: now)
            return nil
        } catch {
            return error
        }
    }
}

extension BrokerService {
    func noteDenial(_ denial: AccessDenial, of route: Route, from address: SocketAddress?) {
        access.note(denial, of: route.kind, streams: route.streams, from: address)
    }
}

extension Route {
    fileprivate var streams: [StreamID] {
        switch requirement {
        case .publish(let stream), .status(let stream): [stream]
        case .view(let streams): streams
        case .nothing, .admin, .someView: []
        }
    }
}
