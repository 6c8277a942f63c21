package import NIOCore

extension ByteBuffer {
    /// Writes a packet between RTSP's messages (RFC 2326, section 10.12): `$`, the channel, the length, the packet.
    package mutating func writeInterleaved(_ packet: ByteBuffer, channel: UInt8) {
        writeMultipleIntegers(UInt8(ascii: "$"), channel, UInt16(packet.readableBytes))
        writeImmutableBuffer(packet)
    }
}
