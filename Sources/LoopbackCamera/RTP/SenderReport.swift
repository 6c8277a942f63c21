package import NIOCore

/// A sender report of RTCP (RFC 3550, section 6.4.1): which moment an RTP timestamp means.
package struct SenderReport: Hashable, Sendable {
    package var source: UInt32
    /// Unix µs.
    package var time: Int64
    package var rtpTimestamp: UInt32
    package var packets: UInt32
    package var octets: UInt32

    package init(source: UInt32, time: Int64, rtpTimestamp: UInt32, packets: UInt32, octets: UInt32) {
        self.source = source
        self.time = time
        self.rtpTimestamp = rtpTimestamp
        self.packets = packets
        self.octets = octets
    }

    /// Seconds from 1900, where NTP counts from, to 1970.
    private static let ntpEpoch: Int64 = 2_208_988_800

    /// A compound packet: the report and a source description, which must follow it (section 6.1).
    package func write(into buffer: inout ByteBuffer) {
        buffer.writeMultipleIntegers(UInt8(0x80), UInt8(200), UInt16(6), source)
        let (seconds, rest) = time.quotientAndRemainder(dividingBy: 1_000_000)
        let fraction = (UInt64(max(0, rest)) << 32) / 1_000_000
        buffer.writeMultipleIntegers(
            UInt32(truncatingIfNeeded: seconds + Self.ntpEpoch),
            UInt32(truncatingIfNeeded: fraction),
            rtpTimestamp
        )
        buffer.writeMultipleIntegers(packets, octets)
        // SDES with one CNAME of 6 bytes; at least one zero ends the items, and they fill whole words (section 6.5).
        buffer.writeMultipleIntegers(UInt8(0x81), UInt8(202), UInt16(4), source, UInt8(1), UInt8(6))
        buffer.writeString("camera")
        buffer.writeRepeatingByte(0, count: 4)
    }
}
