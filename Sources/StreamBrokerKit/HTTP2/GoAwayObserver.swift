package import NIOCore

/// Sees in what is written that HTTP/2 has ended a connection because of an error, and then lets nothing more in. Lives on its event loop.
///
/// The library reports errors of a stream and errors of the connection alike, after it has sent what the error demands, and leaves
/// it to others to close. What it sent tells the two apart: GOAWAY with an error code is the connection's end (RFC 9113, section 5.4.1).
final class GoAwayObserver: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer
    typealias OutboundIn = IOData
    typealias OutboundOut = IOData

    private var frames = HTTP2FrameHeaders()

    /// Whether the connection has ended with an error.
    var hasEnded: Bool { frames.endingErrorCode != nil }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        if case .byteBuffer(let bytes) = unwrapOutboundIn(data) { frames.written(bytes) }
        context.write(data, promise: promise)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !hasEnded else { return }
        context.fireChannelRead(data)
    }
}

@available(*, unavailable)
extension GoAwayObserver: Sendable {}

/// Follows the frames in a stream of bytes that begins with one (RFC 9113, section 4.1).
package struct HTTP2FrameHeaders: Sendable {
    private static let headerLength = 9
    private static let goAway: UInt8 = 7

    /// How many bytes of the current frame are still to come.
    private var rest = 0
    /// The code of a GOAWAY that tells an error; `nil` as long as there was none.
    package private(set) var endingErrorCode: UInt32?

    package init() {}

    /// A frame's header always comes whole, and the error code with it: the encoder writes each into one buffer.
    package mutating func written(_ bytes: ByteBuffer) {
        var index = bytes.readerIndex
        while index < bytes.writerIndex {
            guard rest == 0 else {
                let part = min(rest, bytes.writerIndex - index)
                rest -= part
                index += part
                continue
            }
            guard let lengthAndType = bytes.getInteger(at: index, as: UInt32.self) else { return }
            rest = Self.headerLength + Int(lengthAndType >> 8)
            guard UInt8(truncatingIfNeeded: lengthAndType) == Self.goAway,
                let code = bytes.getInteger(at: index + Self.headerLength + 4, as: UInt32.self), code != 0
            else { continue }
            endingErrorCode = code
        }
    }
}
