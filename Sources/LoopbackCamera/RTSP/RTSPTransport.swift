/// How a client wants its packets (RFC 2326, section 12.39).
package enum RTSPTransport: Hashable, Sendable {
    /// Between the responses, on the connection of the requests: channel numbers of RTP and of RTCP.
    case interleaved(rtp: UInt8, rtcp: UInt8)
    /// To the client's address, at these UDP ports.
    case udp(rtp: UInt16, rtcp: UInt16)

    /// The first of the transports in a `Transport` field that can be had here, or nil.
    ///
    /// A `destination` is ignored: packets go only to where the request came from, never to a third party.
    package init?(field: String) {
        for alternative in field.split(separator: ",").prefix(8) {
            if let transport = RTSPTransport(alternative: alternative) {
                self = transport
                return
            }
        }
        return nil
    }

    private init?(alternative: Substring) {
        var parameters = alternative.split(separator: ";").map { $0.trimmingBlanks() }[...]
        guard let specification = parameters.popFirst()?.uppercased() else { return nil }
        var values: [String: String] = [:]
        for parameter in parameters {
            let pair = parameter.split(separator: "=", maxSplits: 1)
            guard let name = pair.first else { continue }
            values[name.lowercased()] = pair.count == 2 ? String(pair[1]) : ""
        }
        // Multicast is the default where nothing is said, but every client means unicast; to record is not offered.
        if values["multicast"] != nil { return nil }
        if let mode = values["mode"], !mode.uppercased().contains("PLAY") { return nil }
        switch specification {
        case "RTP/AVP/TCP":
            guard let range = values["interleaved"] else {
                self = .interleaved(rtp: 0, rtcp: 1)
                return
            }
            guard let (rtp, rtcp) = Self.pair(range, UInt8.self) else { return nil }
            self = .interleaved(rtp: rtp, rtcp: rtcp)
        case "RTP/AVP", "RTP/AVP/UDP":
            guard let range = values["client_port"], let (rtp, rtcp) = Self.pair(range, UInt16.self), rtp > 0 else {
                return nil
            }
            self = .udp(rtp: rtp, rtcp: rtcp)
        default:
            return nil
        }
    }

    /// Two numbers as in `4-5`, or one and the next.
    private static func pair<Number: FixedWidthInteger>(_ text: String, _: Number.Type) -> (Number, Number)? {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count <= 2, let first = Number(parts[0]) else { return nil }
        guard parts.count == 2 else { return first == .max ? nil : (first, first + 1) }
        guard let second = Number(parts[1]), second != first else { return nil }
        return (first, second)
    }

    /// The value of the response's `Transport` field.
    package func field(serverPorts: (rtp: UInt16, rtcp: UInt16)?, source: UInt32) -> String {
        let hex = String(source, radix: 16, uppercase: true)
        let ssrc = String(repeating: "0", count: 8 - hex.count) + hex
        switch self {
        case .interleaved(let rtp, let rtcp):
            return "RTP/AVP/TCP;unicast;interleaved=\(rtp)-\(rtcp);ssrc=\(ssrc)"
        case .udp(let rtp, let rtcp):
            let server = serverPorts.map { ";server_port=\($0.rtp)-\($0.rtcp)" } ?? ""
            return "RTP/AVP/UDP;unicast;client_port=\(rtp)-\(rtcp)\(server);ssrc=\(ssrc)"
        }
    }
}
