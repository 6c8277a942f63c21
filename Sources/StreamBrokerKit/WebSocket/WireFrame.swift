import NIOCore
import StreamBrokerCore
import Synchronization

/// A frame as it goes over WebSocket, built once and shared by all viewers of the stream.
///
/// A message is a short prefix and the frame's own payload. The prefix exists in two variants: the bare WebSocket head, and that
/// followed by the `stream-broker.v1` header. The payload is never copied for the direct path; the first viewer whose connection
/// goes through NIO has it copied once into a buffer that all such viewers share.
final class WireFrame: Sendable {
    let frame: Frame
    /// How many frames the stream had had when this one came, itself included.
    let ordinal: UInt64
    /// Precedes the payload on a plain socket.
    let plainPrefix: [UInt8]
    /// Precedes the payload on a `stream-broker.v1` socket: stream index 0, not a replay.
    let taggedPrefix: [UInt8]

    private let buffer = Mutex<ByteBuffer?>(nil)

    init(_ frame: Frame, ordinal: UInt64) {
        self.frame = frame
        self.ordinal = ordinal
        plainPrefix = Self.prefix(payloadLength: frame.payload.count, header: nil)
        taggedPrefix = Self.prefix(payloadLength: frame.payload.count, header: FrameHeader(frame))
    }

    /// The prefix for one stream of a socket that carries several, or for a replay.
    func taggedPrefix(streamIndex: Int, isReplay: Bool) -> [UInt8] {
        if streamIndex == 0, !isReplay { return taggedPrefix }
        let header = FrameHeader(frame, streamIndex: UInt16(streamIndex), isReplay: isReplay)
        return Self.prefix(payloadLength: frame.payload.count, header: header)
    }

    /// The payload as a buffer that shares its bytes with every other one made by this frame.
    var payloadBuffer: ByteBuffer {
        buffer.withLock { buffer in
            if let buffer { return buffer }
            let made = ByteBuffer(bytes: frame.payload)
            buffer = made
            return made
        }
    }

    private static func prefix(payloadLength: Int, header: FrameHeader?) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(WebSocketFramePrefix.maximumLength + FrameHeader.length)
        let headerLength = header == nil ? 0 : FrameHeader.length
        WebSocketFramePrefix.append(opcode: .binary, payloadLength: payloadLength + headerLength, to: &bytes)
        header?.append(to: &bytes)
        return bytes
    }
}

/// A frame on its way to one viewer.
struct OutgoingFrame {
    var frame: WireFrame
    /// Whether it is the stream's latest frame, shown to a viewer that has just joined.
    var isReplay: Bool
}
