import NIOCore
import StreamBrokerCore

/// A frame's payload, and the same bytes as NIO takes them: copied when the first slow viewer needs that, and once for all.
final class SharedPayload: Sendable {
    let bytes: [UInt8]
    private let copy = Locked<ByteBuffer?>(nil)

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// Shares its bytes with every other one given by this payload.
    var buffer: ByteBuffer {
        copy.withLock { copy in
            if let copy { return copy }
            let made = ByteBuffer(bytes: bytes)
            copy = made
            return made
        }
    }
}
