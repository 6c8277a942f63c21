/// Follows a server's WebSocket messages without keeping them: only the bytes that tell time and number are looked at.
struct MessageScanner {
    enum Event: Equatable {
        case frame(Arrival)
        /// A ping with its payload, which is to come back.
        case ping([UInt8])
        case close
    }

    /// What a whole message told.
    struct Arrival: Equatable {
        var publishTime: Int64
        var sequence: UInt64
        /// The broker's own number, where messages have a header; else 0.
        var brokerSequence: UInt64
        var isWhole: Bool
        var byteCount: Int
    }

    private var head: [UInt8] = []
    private var payloadLength = 0
    private var position = 0
    private var opcode: UInt8 = 0
    private var isInPayload = false
    private let headerLength: Int
    /// Where the sequence stands in the header of `stream-broker.v1`.
    private static let headerSequenceOffset = 8
    private var time: UInt64 = 0
    private var sequence: UInt64 = 0
    private var trailer: UInt64 = 0
    private var brokerSequence: UInt64 = 0
    private var pingPayload: [UInt8] = []

    /// - Parameter headerLength: The bytes that precede the image in each message.
    init(headerLength: Int) {
        self.headerLength = headerLength
        head.reserveCapacity(10)
    }

    /// Calls `report` for each message that ends in these bytes.
    mutating func scan(_ bytes: UnsafeRawBufferPointer, report: (Event) -> Void) {
        var offset = 0
        while offset < bytes.count {
            if isInPayload {
                let count = min(payloadLength - position, bytes.count - offset)
                look(at: bytes, offset: offset, count: count)
                position += count
                offset += count
                if position == payloadLength { finish(report) }
            } else {
                head.append(bytes[offset])
                offset += 1
                beginPayloadIfPossible(report)
            }
        }
    }

    private mutating func beginPayloadIfPossible(_ report: (Event) -> Void) {
        guard head.count >= 2 else { return }
        let short = Int(head[1] & 0x7F)
        let needed = short == 126 ? 4 : short == 127 ? 10 : 2
        guard head.count == needed else { return }
        payloadLength = needed == 2 ? short : head[2...].reduce(0) { $0 << 8 | Int($1) }
        opcode = head[0] & 0x0F
        head.removeAll(keepingCapacity: true)
        position = 0
        isInPayload = true
        if payloadLength == 0 { finish(report) }
    }

    private mutating func look(at bytes: UnsafeRawBufferPointer, offset: Int, count: Int) {
        if opcode == 0x9 { pingPayload.append(contentsOf: bytes[offset..<offset + count]) }
        guard opcode == 0x2 else { return }
        read(&time, at: headerLength + SyntheticFrame.timeOffset, bytes, offset, count)
        read(&sequence, at: headerLength + SyntheticFrame.sequenceOffset, bytes, offset, count)
        if headerLength > 0 { read(&brokerSequence, at: Self.headerSequenceOffset, bytes, offset, count) }
        read(&trailer, at: payloadLength - 8, bytes, offset, count)
    }

    /// Takes what these bytes have of the big-endian number at `target` in the payload.
    private func read(
        _ value: inout UInt64,
        at target: Int,
        _ bytes: UnsafeRawBufferPointer,
        _ offset: Int,
        _ count: Int
    ) {
        let first = max(target, position)
        let end = min(target + 8, position + count)
        guard first < end else { return }
        for index in first..<end { value = value << 8 | UInt64(bytes[offset + index - position]) }
    }

    private mutating func finish(_ report: (Event) -> Void) {
        isInPayload = false
        switch opcode {
        case 0x2:
            report(
                .frame(
                    Arrival(
                        publishTime: Int64(bitPattern: time),
                        sequence: sequence,
                        brokerSequence: brokerSequence,
                        isWhole: sequence == trailer,
                        byteCount: payloadLength
                    )
                )
            )
        case 0x8: report(.close)
        case 0x9:
            report(.ping(pingPayload))
            pingPayload.removeAll(keepingCapacity: true)
        default: break
        }
    }
}
