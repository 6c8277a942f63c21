import Logging
import NIOCore
import NIOPosix

/// One client: bytes into the parser, requests into the session, its answers and the camera's packets out.
final class RTSPConnection: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// A connection has so long for its first request.
    private static let patience = TimeAmount.seconds(10)

    private let hub: CameraHub
    private var parser = RTSPParser()
    private var session: RTSPSession?
    private var sender: PacketSender?
    private var context: ChannelHandlerContext?
    private var check: RepeatedTask?
    private var connected = NIODeadline.now()
    private var hasAsked = false
    /// UDP sockets are being opened; requests wait.
    private var isOpening = false
    private var isClosing = false

    init(hub: CameraHub) {
        self.hub = hub
    }

    // MARK: From the hub

    /// Sends a frame, if the client plays.
    func deliver(_ unit: AccessUnit) {
        sender?.send(unit)
    }

    /// Closes the connection.
    func close() {
        isClosing = true
        context?.close(promise: nil)
    }

    // MARK: From the channel

    func channelActive(context: ChannelHandlerContext) {
        self.context = context
        guard hub.admit(self) else {
            close()
            return
        }
        connected = .now()
        session = RTSPSession(
            presentation: presentation(context),
            identifier: String(UInt64.random(in: 1 ... .max), radix: 16, uppercase: true),
            now: connected
        )
        let this = NIOLoopBound(self, eventLoop: context.eventLoop)
        check = context.eventLoop.scheduleRepeatedTask(initialDelay: .seconds(1), delay: .seconds(1)) { _ in
            this.value.checkTime()
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        check?.cancel()
        sender?.close()
        sender = nil
        hub.remove(self)
        self.context = nil
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isClosing else { return }
        parser.append(unwrapInboundIn(data))
        advance()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // The client went away in its own manner.
        context.close(promise: nil)
    }

    private func advance() {
        do {
            while !isOpening, !isClosing, let input = try parser.next() {
                switch input {
                case .interleaved: session?.noticed(now: .now())
                case .request(let request):
                    hasAsked = true
                    guard let action = session?.received(request, now: .now()) else { return }
                    carryOut(action)
                }
            }
        } catch {
            guard let response = session?.failed(error) else { return }
            respond(response)
            closeAfterWriting()
        }
    }

    private func carryOut(_ action: RTSPSession.Action) {
        switch action {
        case .respond(let response):
            respond(response)
        case .play(let transport, let response):
            respond(response)
            startSending(transport)
        case .pause(let response):
            sender?.pause()
            respond(response)
        case .tearDown(let response):
            sender?.close()
            sender = nil
            respond(response)
        case .close(let response):
            respond(response)
            closeAfterWriting()
        case .openUDP:
            openUDP()
        }
    }

    private func startSending(_ transport: RTSPTransport) {
        if sender == nil, case .interleaved(let rtp, let rtcp) = transport, let context {
            sender = PacketSender(.interleaved(context.channel, rtp: rtp, rtcp: rtcp), source: hub.source)
        }
        sender?.play()
    }

    private func openUDP() {
        guard let context else { return }
        isOpening = true
        let this = NIOLoopBound(self, eventLoop: context.eventLoop)
        UDPPair.open(beside: context.channel) { this.value.session?.noticed(now: .now()) }
            .hop(to: context.eventLoop)
            .whenComplete { this.value.udpOpened($0) }
    }

    private func udpOpened(_ result: Result<UDPPair, any Error>) {
        isOpening = false
        guard let context, case .success(let pair) = result else {
            if case .success(let pair) = result { pair.close() }
            if let response = session?.udpFailed() { respond(response) }
            advance()
            return
        }
        guard let response = session?.udpOpened(rtp: pair.rtpPort, rtcp: pair.rtcpPort),
            let (rtp, rtcp) = session?.udpPorts,
            let address = context.remoteAddress,
            let destination = UDPDestination(address, rtp: rtp, rtcp: rtcp)
        else {
            pair.close()
            close()
            return
        }
        sender = PacketSender(.udp(pair, destination), source: hub.source)
        respond(response)
        advance()
    }

    private func respond(_ response: RTSPResponse) {
        guard let context else { return }
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: response.text)), promise: nil)
    }

    private func closeAfterWriting() {
        guard let context else { return }
        isClosing = true
        sender?.pause()
        let channel = context.channel
        context.writeAndFlush(wrapOutboundOut(ByteBuffer())).whenComplete { _ in channel.close(promise: nil) }
    }

    private func checkTime() {
        let now = NIODeadline.now()
        let isIdle = !hasAsked && now - connected > Self.patience
        if isIdle || session?.isExpired(now: now) == true {
            hub.logger.debug("The camera closed a silent connection.")
            close()
        }
    }

    private func presentation(_ context: ChannelHandlerContext) -> RTSPSession.Presentation {
        let host = context.localAddress?.ipAddress ?? hub.configuration.host
        let port = context.localAddress?.port ?? hub.configuration.port
        return RTSPSession.Presentation(
            path: "/\(hub.configuration.path)",
            url: StreamAddress.url(host: host, port: port, path: hub.configuration.path),
            description: hub.description.text(identifier: hub.source, host: host),
            source: hub.source,
            timeout: TimeAmount(hub.configuration.sessionTimeout)
        )
    }
}
