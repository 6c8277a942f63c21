import Histogram
import NIOCore
import StreamBrokerKit

/// One viewer: upgrades, then reads as fast as its kind does, and tells what came. Lives on its event loop.
final class LoadViewer: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    enum Pace: Hashable, Sendable {
        case healthy
        case slow(bytesPerSecond: Int)
        case stalled
    }

    /// The tallies of all viewers of one kind on one loop.
    final class LoopTally {
        var tally = ViewerTally()
        var isMeasuring = false
        var viewers: [ObjectIdentifier: LoadViewer] = [:]
    }

    private let request: String
    private let pace: Pace
    private let acknowledges: Bool
    private let loopTally: LoopTally
    private let joined: EventLoopPromise<Void>
    private var handshake: [UInt8]? = []
    private var scanner: MessageScanner
    private var lastSequence: UInt64 = 0
    private var delivered: UInt64 = 0
    private var reading: Scheduled<Void>?
    private var context: ChannelHandlerContext?

    init(request: String, pace: Pace, acknowledges: Bool, tally: LoopTally, joined: EventLoopPromise<Void>) {
        self.request = request
        self.pace = pace
        self.acknowledges = acknowledges
        self.loopTally = tally
        self.joined = joined
        scanner = MessageScanner(headerLength: acknowledges ? FrameHeader.length : 0)
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
    }

    func channelActive(context: ChannelHandlerContext) {
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: request)), promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        reading?.cancel()
        joined.fail(ChannelError.eof)
        if loopTally.viewers.removeValue(forKey: ObjectIdentifier(self)) != nil {
            loopTally.tally.perViewer.append(delivered)
            if loopTally.isMeasuring { loopTally.tally.disconnects += 1 }
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var buffer = unwrapInboundIn(data)
        if handshake != nil { readHandshake(&buffer, context: context) }
        guard handshake == nil, buffer.readableBytes > 0 else { return }
        let now = SystemClock.unixTime.rawValue
        buffer.withUnsafeReadableBytes { bytes in
            scanner.scan(bytes) { event in
                switch event {
                case .frame(let arrival): received(arrival, now: now, context: context)
                case .ping(let payload): write(opcode: 0xA, payload, context: context)
                case .close: break
                }
            }
        }
    }

    /// Leaves on purpose: not a disconnect.
    func depart() {
        loopTally.viewers.removeValue(forKey: ObjectIdentifier(self))
        context?.close(promise: nil)
    }

    func beginMeasuring() {
        delivered = 0
    }

    var deliveredCount: UInt64 { delivered }

    private func received(_ arrival: MessageScanner.Arrival, now: Int64, context: ChannelHandlerContext) {
        if acknowledges { acknowledge(arrival.brokerSequence, context: context) }
        defer { lastSequence = max(lastSequence, arrival.sequence) }
        guard loopTally.isMeasuring else { return }
        delivered += 1
        loopTally.tally.delivered += 1
        loopTally.tally.bytes += UInt64(arrival.byteCount)
        if !arrival.isWhole { loopTally.tally.torn += 1 }
        if arrival.sequence <= lastSequence { loopTally.tally.outOfOrder += 1 }
        if lastSequence > 0, arrival.sequence > lastSequence + 1 {
            loopTally.tally.gaps += arrival.sequence - lastSequence - 1
        }
        loopTally.tally.ages.record(UInt64(max(1, min(now - arrival.publishTime, 600_000_000))))
    }

    private func acknowledge(_ sequence: UInt64, context: ChannelHandlerContext) {
        write(opcode: 0x1, Array(#"{"type":"ack","sequence":\#(sequence)}"#.utf8), context: context)
    }

    /// A short frame of a client.
    private func write(opcode: UInt8, _ payload: [UInt8], context: ChannelHandlerContext) {
        // A mask of zeros is a mask: the payload stays as it is.
        var frame = ByteBuffer(bytes: [0x80 | opcode, 0x80 | UInt8(payload.count), 0, 0, 0, 0])
        frame.writeBytes(payload)
        context.writeAndFlush(wrapOutboundOut(frame), promise: nil)
    }

    private func readHandshake(_ buffer: inout ByteBuffer, context: ChannelHandlerContext) {
        while handshake != nil, let byte = buffer.readInteger(as: UInt8.self) {
            handshake?.append(byte)
            guard byte == UInt8(ascii: "\n"), handshake?.suffix(4).elementsEqual("\r\n\r\n".utf8) == true else {
                continue
            }
            guard handshake?.starts(with: "HTTP/1.1 101".utf8) == true else {
                context.close(promise: nil)
                return
            }
            handshake = nil
            loopTally.viewers[ObjectIdentifier(self)] = self
            joined.succeed()
            settle(context: context)
        }
    }

    private func settle(context: ChannelHandlerContext) {
        switch pace {
        case .healthy:
            break
        case .stalled:
            try? context.channel.syncOptions?.setOption(.autoRead, value: false)
        case .slow(let bytesPerSecond):
            // Reads of a fixed size at a steady pace, about fifty a second, are a line of that speed. Buffers have a power of two of bytes.
            let size = 1 << (Int.bitWidth - max(64, bytesPerSecond / 50).leadingZeroBitCount - 1)
            let pause = TimeAmount.nanoseconds(Int64(size) * 1_000_000_000 / Int64(bytesPerSecond))
            try? context.channel.syncOptions?.setOption(.autoRead, value: false)
            try? context.channel.syncOptions?.setOption(.maxMessagesPerRead, value: 1)
            try? context.channel.syncOptions?.setOption(
                .recvAllocator,
                value: FixedSizeRecvByteBufferAllocator(capacity: size)
            )
            readSteadily(every: pause, due: Self.nextCommonTime(every: pause), context: context)
        }
    }

    /// What many viewers do at one time costs one wake-up, and takes little from those that are measured beside them.
    private static func nextCommonTime(every pause: TimeAmount) -> NIODeadline {
        let (now, pause) = (NIODeadline.now().uptimeNanoseconds, UInt64(pause.nanoseconds))
        return .uptimeNanoseconds((now / pause + 1) * pause)
    }

    /// By due times, not by pauses: what one read is late does not add up.
    private func readSteadily(every pause: TimeAmount, due: NIODeadline, context: ChannelHandlerContext) {
        let bound = NIOLoopBound((viewer: self, context: context), eventLoop: context.eventLoop)
        reading = context.eventLoop.scheduleTask(deadline: due) {
            let (viewer, context) = bound.value
            context.read()
            viewer.readSteadily(every: pause, due: due + pause, context: context)
        }
    }
}

@available(*, unavailable)
extension LoadViewer: Sendable {}
