import NIOCore

/// One WebSocket message, shared by all viewers that get it: a short prefix and the frame's own payload.
final class WireMessage: Sendable {
    /// Whether to keep a message that is not sent from a file in one piece, too: a system call with one piece is cheaper than with two, and
    /// the copy costs what some of them save. How many is an estimate: the gain is too small to be told from noise.
    private static func joiningPays(forBytes count: Int, viewers: Int) -> Bool {
        viewers > 1 && count <= 2048 * viewers
    }

    /// Where the system takes the message from; means something only where ``withSource(_:)`` gives it.
    enum Source {
        case onePiece(UnsafeRawBufferPointer)
        case twoPieces(prefix: UnsafeRawBufferPointer, payload: UnsafeRawBufferPointer)
        /// A file, from its beginning.
        case file(CInt)
    }

    private let prefix: [UInt8]
    private let payload: SharedPayload
    /// Prefix and payload in one piece, for short messages and for those of many viewers.
    private let joined: ByteBuffer?
    /// Prefix and payload where the system can send them without a copy for each viewer, for long messages of many viewers.
    private let file: MemoryFile?
    let sequence: UInt64
    /// When the broker had the frame, in µs of the steady clock.
    let arrival: Int64

    /// - Parameters:
    ///   - viewers: How many will get this message.
    ///   - sharesPages: Whether they get it from a file in memory.
    init(
        prefix: [UInt8],
        payload: SharedPayload,
        sequence: UInt64,
        viewers: Int,
        sharesPages: Bool,
        arrival: Int64
    ) {
        self.prefix = prefix
        self.payload = payload
        self.sequence = sequence
        self.arrival = arrival
        let byteCount = prefix.count + payload.bytes.count
        let file = sharesPages ? MemoryFile([prefix, payload.bytes]) : nil
        self.file = file
        joined =
            file == nil && Self.joiningPays(forBytes: byteCount, viewers: viewers)
            ? Self.join(prefix[...], payload.bytes) : nil
    }

    var byteCount: Int { prefix.count + payload.bytes.count }

    /// Gives the message to a closure that sends it, as often as it likes.
    func withSource<Result>(_ body: (Source) -> Result) -> Result {
        #if os(Linux)
        if let file { return withExtendedLifetime(file) { body(.file(file.descriptor)) } }
        #endif
        if let joined { return joined.withUnsafeReadableBytes { body(.onePiece($0)) } }
        return prefix.withUnsafeBytes { prefix in
            payload.bytes.withUnsafeBytes { payload in body(.twoPieces(prefix: prefix, payload: payload)) }
        }
    }

    /// The same in pieces, of which the prefix is there only when nothing was sent yet: a viewer whose bytes all go through NIO, as
    /// under TLS, must not cost a copy of the payload.
    func pieces(after sent: Int) -> (prefix: ByteBuffer?, rest: ByteBuffer) {
        guard sent == 0 else { return (nil, rest(after: sent)) }
        if let joined { return (nil, joined) }
        return (ByteBuffer(bytes: prefix), payload.buffer)
    }

    /// What is left after so many bytes were sent. Shares the payload's bytes.
    func rest(after sent: Int) -> ByteBuffer {
        // Rare and short: the socket took less than a few bytes. The copy keeps the rest in one write.
        guard sent >= prefix.count else { return Self.join(prefix[sent...], payload.bytes) }
        var rest = payload.buffer
        rest.moveReaderIndex(forwardBy: sent - prefix.count)
        return rest
    }

    private static func join(_ prefix: ArraySlice<UInt8>, _ payload: [UInt8]) -> ByteBuffer {
        var buffer = ByteBufferAllocator().buffer(capacity: prefix.count + payload.count)
        buffer.writeBytes(prefix)
        buffer.writeBytes(payload)
        return buffer
    }
}
