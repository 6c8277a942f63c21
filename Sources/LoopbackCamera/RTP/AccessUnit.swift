package import NIOCore

/// One frame of the stream, cut into RTP packets.
package struct AccessUnit: Sendable {
    /// Whole RTP packets, header and all.
    package var packets: [ByteBuffer]
    /// Whether decoding can start here.
    package var isKeyframe: Bool
    /// When the camera saw it, Unix µs.
    package var captureTime: Int64

    package init(packets: [ByteBuffer], isKeyframe: Bool, captureTime: Int64) {
        self.packets = packets
        self.isKeyframe = isKeyframe
        self.captureTime = captureTime
    }

    /// The RTP timestamp, 1/90000 s (RFC 3550, section 5.1).
    package var rtpTimestamp: UInt32 {
        packets.first?.getInteger(at: packets[0].readerIndex + 4) ?? 0
    }

    /// Bytes of payload, without RTP headers.
    package var payloadBytes: Int {
        packets.reduce(0) { $0 + max(0, $1.readableBytes - 12) }
    }
}
