/// The way a source is opened, which gets more careful as the source shows what it cannot bear.
package struct SourceMode: Sendable, Hashable {
    /// The transport in use: never `.automatic`.
    package var transport: Transport
    /// Whether to take TCP when UDP does not do.
    package var mayFallBackToTCP: Bool
    /// Whether H.264 access units are assembled here instead of by libavformat's parser.
    package var assembles: Bool

    package init(_ configuration: CaptureConfiguration) {
        // libavformat has RTSP over TLS within its connection only.
        mayFallBackToTCP = configuration.transport == .automatic && configuration.source.kind == .rtsp
        transport = configuration.source.kind == .rtsp && configuration.transport != .tcp ? .udp : .tcp
        assembles = configuration.lowDelay && configuration.source.isRTSP
    }

    /// Goes over to something more careful.
    package mutating func fallBack(_ fallback: Fallback) {
        switch fallback {
        case .tcp:
            transport = .tcp
            mayFallBackToTCP = false
        case .parser: assembles = false
        }
    }
}

/// Why to open a source again at once, in another way.
package enum Fallback: Sendable, Hashable {
    case tcp(String)
    case parser(String)

    /// What did not do.
    var cause: String {
        switch self {
        case .tcp(let cause), .parser(let cause): cause
        }
    }

    package var reason: String {
        switch self {
        case .tcp(let reason): "\(reason); taking TCP from now on"
        case .parser(let reason): "\(reason); taking pictures one frame later from now on, as a whole"
        }
    }
}

/// How a connection ended.
enum SessionEnd: Sendable {
    /// We were asked to.
    case stopped
    case endOfFile
    case failed(CaptureError)
    case restart(Fallback)
}
