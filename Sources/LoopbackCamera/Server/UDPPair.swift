import NIOCore
import NIOPosix

/// Two UDP sockets at neighbouring ports, the even one for RTP (RFC 3550, section 11).
struct UDPPair: Sendable {
    let rtp: any Channel
    let rtcp: any Channel

    var rtpPort: UInt16 { UInt16(rtp.localAddress?.port ?? 0) }
    var rtcpPort: UInt16 { UInt16(rtcp.localAddress?.port ?? 0) }

    func close() {
        rtp.close(promise: nil)
        rtcp.close(promise: nil)
    }

    /// Opens two sockets at the address and on the event loop of `channel`.
    ///
    /// - Parameter noticed: called on the event loop for each datagram that comes to the RTCP port.
    static func open(
        beside channel: any Channel,
        noticed: @escaping @Sendable () -> Void
    ) -> EventLoopFuture<UDPPair> {
        let host = channel.localAddress?.ipAddress ?? "127.0.0.1"
        return open(host, channel.eventLoop, attempts: 20, noticed)
    }

    private static func open(
        _ host: String,
        _ loop: any EventLoop,
        attempts: Int,
        _ noticed: @escaping @Sendable () -> Void
    ) -> EventLoopFuture<UDPPair> {
        DatagramBootstrap(group: loop).bind(host: host, port: 0).flatMap { first in
            // The kernel picks the first port; its partner is the neighbour, which may be taken.
            let port = first.localAddress?.port ?? 0
            let partner = port % 2 == 0 ? port + 1 : port - 1
            return DatagramBootstrap(group: loop).bind(host: host, port: partner).flatMap { second in
                let pair = port % 2 == 0 ? UDPPair(rtp: first, rtcp: second) : UDPPair(rtp: second, rtcp: first)
                return pair.rtcp.eventLoop.makeCompletedFuture {
                    try pair.rtcp.pipeline.syncOperations.addHandler(DatagramNotice(noticed))
                    return pair
                }
            }.flatMapError { error in
                first.close(promise: nil)
                guard attempts > 1 else { return loop.makeFailedFuture(error) }
                return open(host, loop, attempts: attempts - 1, noticed)
            }
        }
    }
}

/// Where a client wants its datagrams.
struct UDPDestination: Sendable {
    let rtp: SocketAddress
    let rtcp: SocketAddress

    /// The client's own address at two ports.
    init?(_ client: SocketAddress, rtp: UInt16, rtcp: UInt16) {
        var (first, second) = (client, client)
        first.port = Int(rtp)
        second.port = Int(rtcp)
        guard first.port != nil, second.port != nil else { return nil }
        (self.rtp, self.rtcp) = (first, second)
    }
}

/// Tells that a datagram came; what is in it does not matter.
private final class DatagramNotice: ChannelInboundHandler {
    typealias InboundIn = AddressedEnvelope<ByteBuffer>

    private let noticed: @Sendable () -> Void

    init(_ noticed: @escaping @Sendable () -> Void) {
        self.noticed = noticed
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        noticed()
    }
}
