package import NIOCore

/// What a client may do next on its connection, and what it is told: RTSP's server state machine (RFC 2326, appendix A.2)
/// for one stream and one session a connection.
///
/// Requests and the time go in, responses and actions come out; there is no socket here. Everything that a client can get
/// wrong is answered with a status. A UDP transport needs sockets, so its SETUP is answered in two steps.
package struct RTSPSession: ~Copyable {
    /// What stays the same for the whole connection.
    package struct Presentation: Sendable {
        /// The path of the presentation, with its slash in front.
        package var path: String
        /// `rtsp://host:port/path` without a slash behind.
        package var url: String
        /// The session description.
        package var description: String
        /// The synchronization source of the RTP packets.
        package var source: UInt32
        /// A session without a sign of life for so long ends.
        package var timeout: TimeAmount

        package init(path: String, url: String, description: String, source: UInt32, timeout: TimeAmount) {
            self.path = path
            self.url = url
            self.description = description
            self.source = source
            self.timeout = timeout
        }
    }

    /// What is to be done after a request.
    package enum Action: Sendable {
        /// Answer.
        case respond(RTSPResponse)
        /// Answer, then send packets with this transport, from the next keyframe on.
        case play(RTSPTransport, RTSPResponse)
        /// Answer, and send no more packets.
        case pause(RTSPResponse)
        /// Answer, and let go of the transport.
        case tearDown(RTSPResponse)
        /// Open two UDP sockets and call ``udpOpened(rtp:rtcp:)`` or ``udpFailed()`` for what to answer.
        case openUDP
        /// Answer, then close the connection.
        case close(RTSPResponse)
    }

    private enum State {
        case initial
        case opening(RTSPTransport, sequence: String)
        case ready(RTSPTransport)
        case playing(RTSPTransport)
    }

    private static let methods = "OPTIONS, DESCRIBE, SETUP, PLAY, PAUSE, GET_PARAMETER, TEARDOWN"

    private let presentation: Presentation
    private let identifier: String
    private var state = State.initial
    private var lastSign: NIODeadline

    /// A connection without a session. `identifier` should be hard to guess.
    package init(presentation: Presentation, identifier: String, now: NIODeadline) {
        self.presentation = presentation
        self.identifier = identifier
        lastSign = now
    }

    /// A sign of life without a request, such as a receiver report.
    package mutating func noticed(now: NIODeadline) {
        lastSign = now
    }

    /// Whether the client was silent for too long.
    package func isExpired(now: NIODeadline) -> Bool {
        now - lastSign > presentation.timeout
    }

    /// Takes bytes that were no request.
    package func failed(_ failure: RTSPParser.Failure) -> RTSPResponse {
        switch failure {
        case .malformed: RTSPResponse(.badRequest)
        case .headTooLarge, .bodyTooLarge: RTSPResponse(.entityTooLarge)
        }
    }

    /// Takes a request.
    package mutating func received(_ request: RTSPRequest, now: NIODeadline) -> Action {
        lastSign = now
        guard request.version == "RTSP/1.0" else { return .close(RTSPResponse(.versionNotSupported)) }
        guard let sequence = request["CSeq"], !sequence.isEmpty, sequence.utf8.count <= 10,
            sequence.utf8.allSatisfy({ (48...57).contains($0) })
        else { return .respond(RTSPResponse(.badRequest)) }
        var action = decide(request, sequence)
        action.addSequence(sequence)
        return action
    }

    private mutating func decide(_ request: RTSPRequest, _ sequence: String) -> Action {
        if let options = request["Require"] {
            return .respond(RTSPResponse(.optionNotSupported, fields: [("Unsupported", options)]))
        }
        guard request.uri.utf8.count <= 2048 else { return .respond(RTSPResponse(.uriTooLong)) }
        switch request.method {
        case "OPTIONS":
            return .respond(RTSPResponse(.ok, fields: [("Public", Self.methods)]))
        case "DESCRIBE", "SETUP", "PLAY", "PAUSE", "GET_PARAMETER", "TEARDOWN": break
        case "ANNOUNCE", "RECORD", "REDIRECT", "SET_PARAMETER":
            return .respond(RTSPResponse(.methodNotAllowed, fields: [("Allow", Self.methods)]))
        default:
            return .respond(RTSPResponse(.notImplemented, fields: [("Public", Self.methods)]))
        }
        guard isKnown(request.uri) else { return .respond(RTSPResponse(.notFound)) }
        if case .opening = state { return .respond(RTSPResponse(.methodNotValidInThisState)) }
        switch request.method {
        case "DESCRIBE": return .respond(described(request))
        case "SETUP": return setUp(request, sequence)
        case "GET_PARAMETER" where request["Session"] == nil: return .respond(parameter(request))
        default: break
        }
        guard isCurrent(request["Session"]) else { return .respond(RTSPResponse(.sessionNotFound)) }
        switch (request.method, state) {
        case ("PLAY", .ready(let transport)):
            state = .playing(transport)
            return .play(transport, response(.ok, [("Range", "npt=now-")]))
        case ("PLAY", _):
            return .respond(response(.ok, [("Range", "npt=now-")]))
        case ("PAUSE", .playing(let transport)):
            state = .ready(transport)
            return .pause(response(.ok))
        case ("PAUSE", _):
            return .respond(response(.methodNotValidInThisState))
        case ("TEARDOWN", _):
            state = .initial
            return .tearDown(RTSPResponse(.ok))
        default:
            return .respond(parameter(request))
        }
    }

    private func described(_ request: RTSPRequest) -> RTSPResponse {
        if let accept = request["Accept"]?.lowercased(),
            !["application/sdp", "application/*", "*/*"].contains(where: accept.contains)
        {
            return RTSPResponse(.notAcceptable)
        }
        return RTSPResponse(
            .ok,
            fields: [("Content-Base", presentation.url + "/"), ("Content-Type", "application/sdp")],
            body: presentation.description
        )
    }

    private mutating func setUp(_ request: RTSPRequest, _ sequence: String) -> Action {
        if let session = request["Session"], !isCurrent(session) { return .respond(RTSPResponse(.sessionNotFound)) }
        switch state {
        case .initial: break
        case .opening, .ready, .playing: return .respond(response(.methodNotValidInThisState))
        }
        guard let field = request["Transport"], let transport = RTSPTransport(field: field) else {
            return .respond(RTSPResponse(.unsupportedTransport))
        }
        switch transport {
        case .interleaved:
            state = .ready(transport)
            return .respond(
                response(.ok, [("Transport", transport.field(serverPorts: nil, source: presentation.source))])
            )
        case .udp:
            state = .opening(transport, sequence: sequence)
            return .openUDP
        }
    }

    /// The sockets that a SETUP asked for are there, at these ports of ours.
    package mutating func udpOpened(rtp: UInt16, rtcp: UInt16) -> RTSPResponse? {
        guard case .opening(let transport, let sequence) = state else { return nil }
        state = .ready(transport)
        let field = transport.field(serverPorts: (rtp, rtcp), source: presentation.source)
        return response(.ok, [("CSeq", sequence), ("Transport", field)])
    }

    /// The sockets that a SETUP asked for cannot be had.
    package mutating func udpFailed() -> RTSPResponse? {
        guard case .opening(_, let sequence) = state else { return nil }
        state = .initial
        return RTSPResponse(.internalError, fields: [("CSeq", sequence)])
    }

    /// The client's UDP ports, when it has chosen UDP.
    package var udpPorts: (rtp: UInt16, rtcp: UInt16)? {
        switch state {
        case .initial: nil
        case .opening(let transport, _), .ready(let transport), .playing(let transport):
            if case .udp(let rtp, let rtcp) = transport { (rtp, rtcp) } else { nil }
        }
    }

    private func parameter(_ request: RTSPRequest) -> RTSPResponse {
        // Without a body it is a sign of life (RFC 2326, section 10.8); no parameter has a value here.
        isCurrent(request["Session"])
            ? response(request.body.isEmpty ? .ok : .parameterNotUnderstood)
            : RTSPResponse(request.body.isEmpty ? .ok : .parameterNotUnderstood)
    }

    private func response(_ status: RTSPStatus, _ fields: [(name: String, value: String)] = []) -> RTSPResponse {
        let seconds = presentation.timeout.nanoseconds / 1_000_000_000
        return RTSPResponse(status, fields: fields + [("Session", "\(identifier);timeout=\(seconds)")])
    }

    private func isCurrent(_ session: String?) -> Bool {
        if case .initial = state { return false }
        return session?.split(separator: ";").first?.trimmingBlanks() == identifier[...]
    }

    /// Whether a URI is the presentation's or its one stream's.
    private func isKnown(_ uri: String) -> Bool {
        var rest = uri[...]
        if uri.hasPrefix("rtsp://") {
            rest = uri.dropFirst("rtsp://".count)
            guard let slash = rest.firstIndex(of: "/") else { return false }
            rest = rest[slash...]
        }
        if rest.hasSuffix("/") { rest.removeLast() }
        return rest == presentation.path[...] || rest == "\(presentation.path)/\(SessionDescription.control)"[...]
    }
}

extension RTSPSession.Action {
    fileprivate mutating func addSequence(_ sequence: String) {
        func numbered(_ response: RTSPResponse) -> RTSPResponse {
            var response = response
            response.fields.insert(("CSeq", sequence), at: 0)
            return response
        }
        switch self {
        case .respond(let response): self = .respond(numbered(response))
        case .play(let transport, let response): self = .play(transport, numbered(response))
        case .pause(let response): self = .pause(numbered(response))
        case .tearDown(let response): self = .tearDown(numbered(response))
        case .close(let response): self = .close(numbered(response))
        case .openUDP: break
        }
    }
}
