import NIOCore
import NIOPosix
import StreamBrokerKit

/// A viewer that reads raw server frames, so that it notices what a forgiving library would not.
struct WebSocketTestClient: Sendable {
    struct Message: Sendable, Equatable {
        var opcode: WebSocketOpcode
        var payload: [UInt8]

        var closeCode: UInt16? {
            opcode == .close && payload.count >= 2 ? UInt16(payload[0]) << 8 | UInt16(payload[1]) : nil
        }
        var text: String { String(decoding: payload, as: UTF8.self) }
    }

    let outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>

    /// Connects, upgrades, and hands the messages that come to `body`.
    ///
    /// - Parameter receiveBuffer: How many bytes the system is to keep for the client, about; `nil` leaves it to the system, which may come to
    ///   keep megabytes.
    static func run<Result: Sendable>(
        port: Int,
        _ target: String,
        subprotocol: String? = FrameHeader.subprotocol,
        receiveBuffer: Int? = nil,
        _ body: @escaping @Sendable (WebSocketTestClient, inout MessageReader) async throws -> Result
    ) async throws -> Result {
        let handover = TaskHandover()
        var bootstrap = ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
        if let receiveBuffer { bootstrap = bootstrap.channelOption(.socketOption(.so_rcvbuf), value: receiveBuffer) }
        let connection =
            try await bootstrap
            .connect(host: "127.0.0.1", port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try handover.addFirst(to: channel)
                    try handover.addLast(to: channel)
                    return try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                }
            }
        return try await connection.executeThenClose { inbound, outbound in
            let protocolLine = subprotocol.map { "Sec-WebSocket-Protocol: \($0)\r\n" } ?? ""
            let request =
                "GET \(target) HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\(protocolLine)\r\n"
            try await outbound.write(ByteBuffer(string: request))
            var reader = MessageReader(inbound: inbound.makeAsyncIterator(), handover: handover)
            try await reader.readHandshake()
            return try await body(WebSocketTestClient(outbound: outbound), &reader)
        }
    }

    func send(_ text: String) async throws { try await send(0x81, Array(text.utf8)) }

    /// Sends a masked frame with a short payload.
    func send(_ first: UInt8, _ payload: [UInt8]) async throws {
        let mask: [UInt8] = [1, 2, 3, 4]
        let masked = payload.enumerated().map { $1 ^ mask[$0 & 3] }
        try await sendRaw([first, 0x80 | UInt8(payload.count)] + mask + masked)
    }

    func sendRaw(_ bytes: [UInt8]) async throws { try await outbound.write(ByteBuffer(bytes: bytes)) }

    struct MessageReader {
        var inbound: NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator
        var buffer = ByteBuffer()
        var handshake = ""

        private let handover: TaskHandover

        init(inbound: NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator, handover: TaskHandover) {
            self.inbound = inbound
            self.handover = handover
        }

        mutating func readHandshake() async throws {
            while true {
                let text = String(buffer: buffer)
                if let end = text.range(of: "\r\n\r\n") {
                    handshake = String(text[..<end.upperBound])
                    buffer.moveReaderIndex(forwardBy: handshake.utf8.count)
                    return
                }
                guard try await more() else { return }
            }
        }

        /// The next message; `nil` when the server has closed the connection.
        mutating func next() async throws -> Message? {
            while true {
                if let message = parse() { return message }
                guard try await more() else { return nil }
            }
        }

        /// The next message that is no ping by which the server measures the round trip.
        mutating func nextButRoundTripPings() async throws -> Message? {
            while let message = try await next() {
                if message.opcode != .ping || message.payload.count != 8 { return message }
            }
            return nil
        }

        private mutating func more() async throws -> Bool {
            guard var received = try await inbound.next() else { return false }
            handover.received()
            buffer.discardReadBytes()
            buffer.writeBuffer(&received)
            return true
        }

        private mutating func parse() -> Message? {
            guard let head = buffer.getBytes(at: buffer.readerIndex, length: 2) else { return nil }
            precondition(head[0] & 0x80 != 0 && head[1] & 0x80 == 0, "a server sends whole, unmasked messages")
            var length = Int(head[1])
            var headLength = 2
            if length == 126 {
                guard let long = buffer.getInteger(at: buffer.readerIndex + 2, as: UInt16.self) else { return nil }
                (length, headLength) = (Int(long), 4)
            } else if length == 127 {
                guard let long = buffer.getInteger(at: buffer.readerIndex + 2, as: UInt64.self) else { return nil }
                (length, headLength) = (Int(long), 10)
            }
            guard buffer.readableBytes >= headLength + length else { return nil }
            buffer.moveReaderIndex(forwardBy: headLength)
            guard let opcode = WebSocketOpcode(rawValue: head[0] & 0x0F), let payload = buffer.readBytes(length: length)
            else { preconditionFailure("a server sends no reserved opcode") }
            return Message(opcode: opcode, payload: payload)
        }
    }
}
