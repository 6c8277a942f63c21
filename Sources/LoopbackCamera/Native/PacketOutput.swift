import CLibAV
import NIOCore

/// Owner of an `AVIOContext` that keeps what is written to it, one packet for each flush.
struct PacketOutput: ~Copyable {
    private let context: UnsafeMutablePointer<AVIOContext>
    private let store: Unmanaged<Store>

    private final class Store {
        var packets: [ByteBuffer] = []
    }

    /// Makes an output for packets up to `packetSize` bytes.
    init?(packetSize: Int) {
        // With room for a whole packet, nothing but a flush empties the buffer.
        let size = packetSize * 2
        guard let buffer = av_malloc(size) else { return nil }
        let store = Unmanaged.passRetained(Store())
        let context = avio_alloc_context(
            buffer.assumingMemoryBound(to: UInt8.self),
            Int32(size),
            1,
            store.toOpaque(),
            nil,
            { store, bytes, count in
                guard let store, let bytes else { return 0 }
                let packet = ByteBuffer(bytes: UnsafeBufferPointer(start: bytes, count: Int(count)))
                Unmanaged<Store>.fromOpaque(store).takeUnretainedValue().packets.append(packet)
                return count
            },
            nil
        )
        guard let context else {
            av_free(buffer)
            store.release()
            return nil
        }
        self.context = context
        self.store = store
    }

    deinit {
        // libavformat may have replaced the buffer; it belongs to the context's user all the same (avio.h).
        av_freep(&context.pointee.buffer)
        var context: UnsafeMutablePointer<AVIOContext>? = context
        avio_context_free(&context)
        store.release()
    }

    /// The context itself. Valid as long as this owner lives.
    var pointer: UnsafeMutablePointer<AVIOContext> { context }

    /// The packets that were written since the last call.
    mutating func takePackets() -> [ByteBuffer] {
        let store = store.takeUnretainedValue()
        defer { store.packets = [] }
        return store.packets
    }
}
