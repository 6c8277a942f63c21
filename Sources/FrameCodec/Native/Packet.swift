package import CLibAV

/// Owner of an `AVPacket`: one piece of coded data, empty at first.
package struct Packet: ~Copyable {
    private let packet: UnsafeMutablePointer<AVPacket>

    /// Allocates an empty packet (`av_packet_alloc`).
    package init() throws(FrameCodecError) {
        guard let packet = av_packet_alloc() else { throw .outOfMemory(for: "a packet") }
        self.packet = packet
    }

    /// Makes a packet with a copy of `bytes`, padded as decoders want it (`av_new_packet`).
    package init(copying bytes: some Collection<UInt8>, presentationTimestamp: Int64? = nil) throws(FrameCodecError) {
        var allocated = av_packet_alloc()
        guard let packet = allocated, let count = Int32(exactly: bytes.count), av_new_packet(packet, count) == 0 else {
            av_packet_free(&allocated)
            throw .outOfMemory(for: "a packet of \(bytes.count) bytes")
        }
        _ = UnsafeMutableBufferPointer(start: packet.pointee.data, count: bytes.count).update(fromContentsOf: bytes)
        packet.pointee.pts = presentationTimestamp ?? clibav_AV_NOPTS_VALUE
        packet.pointee.dts = packet.pointee.pts
        self.packet = packet
    }

    deinit {
        var packet: UnsafeMutablePointer<AVPacket>? = packet
        av_packet_free(&packet)
    }

    /// The packet itself, for calls such as `av_read_frame`. Valid as long as this owner lives.
    package var pointer: UnsafeMutablePointer<AVPacket> { packet }

    /// Number of bytes of coded data.
    package var byteCount: Int { Int(packet.pointee.size) }

    /// Presentation timestamp in the stream's time base.
    package var presentationTimestamp: Int64? {
        packet.pointee.pts == clibav_AV_NOPTS_VALUE ? nil : packet.pointee.pts
    }

    /// Whether the demultiplexer says that this is a keyframe.
    package var isKeyframe: Bool { packet.pointee.flags & AV_PKT_FLAG_KEY != 0 }

    /// Lets go of the data; the packet is empty again (`av_packet_unref`).
    package mutating func unreference() {
        av_packet_unref(packet)
    }
}

/// A packet is reached through its one owner only, and its buffer's reference count is atomic (libavutil/buffer.h), so it
/// may move to another thread.
extension Packet: @unchecked Sendable {}
