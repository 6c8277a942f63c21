import NIOCore

/// Sends frames to one client, whole ones only, starting at a keyframe.
///
/// A client that does not read loses frames, not the camera its memory: when its connection is full, frames are left out up
/// to the next keyframe.
final class PacketSender {
    enum Route {
        /// Between the RTSP messages of a connection.
        case interleaved(any Channel, rtp: UInt8, rtcp: UInt8)
        /// In datagrams.
        case udp(UDPPair, UDPDestination)
    }

    /// Between two sender reports, µs (RFC 3550, section 6.2: 5 s).
    private static let reportInterval: Int64 = 5_000_000

    private let route: Route
    private let source: UInt32
    private var isPlaying = false
    private var needsKeyframe = true
    private var packets: UInt32 = 0
    private var octets: UInt32 = 0
    private var lastReport: Int64?

    init(_ route: Route, source: UInt32) {
        self.route = route
        self.source = source
    }

    /// Sends from the next keyframe on.
    func play() {
        isPlaying = true
        needsKeyframe = true
    }

    /// Sends no more, for now.
    func pause() {
        isPlaying = false
    }

    /// Lets go of the sockets that are this sender's own.
    func close() {
        isPlaying = false
        if case .udp(let pair, _) = route { pair.close() }
    }

    func send(_ unit: AccessUnit) {
        guard isPlaying else { return }
        if needsKeyframe && !unit.isKeyframe { return }
        guard isWritable else {
            needsKeyframe = true
            return
        }
        needsKeyframe = false
        // The first report goes in front of the first packet, so that the client knows its capture time.
        let report = reportIfDue(unit)
        packets &+= UInt32(unit.packets.count)
        octets &+= UInt32(truncatingIfNeeded: unit.payloadBytes)
        switch route {
        case .interleaved(let channel, let rtp, let rtcp):
            var buffer = channel.allocator.buffer(capacity: unit.payloadBytes + 16 * unit.packets.count + 64)
            if let report { buffer.writeInterleaved(report, channel: rtcp) }
            for packet in unit.packets { buffer.writeInterleaved(packet, channel: rtp) }
            channel.writeAndFlush(buffer, promise: nil)
        case .udp(let pair, let destination):
            if let report {
                pair.rtcp.writeAndFlush(AddressedEnvelope(remoteAddress: destination.rtcp, data: report), promise: nil)
            }
            for packet in unit.packets {
                pair.rtp.write(AddressedEnvelope(remoteAddress: destination.rtp, data: packet), promise: nil)
            }
            pair.rtp.flush()
        }
    }

    private var isWritable: Bool {
        switch route {
        case .interleaved(let channel, _, _): channel.isWritable
        case .udp(let pair, _): pair.rtp.isWritable
        }
    }

    private func reportIfDue(_ unit: AccessUnit) -> ByteBuffer? {
        if let lastReport, unit.captureTime - lastReport < Self.reportInterval { return nil }
        lastReport = unit.captureTime
        var buffer = ByteBuffer()
        SenderReport(
            source: source,
            time: unit.captureTime,
            rtpTimestamp: unit.rtpTimestamp,
            packets: packets,
            octets: octets
        ).write(into: &buffer)
        return buffer
    }
}
