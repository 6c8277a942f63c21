import NIOCore
import NIOPosix
import StreamBrokerCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// What a viewer's TCP socket is told and asked, past what NIO has names for. Every part is optional: not every channel is a TCP socket,
/// and not every system knows every option.
enum ViewerSocket {
    /// Must be called on the connection's event loop. For a stream of HTTP/2 its connection is told.
    static func configure(_ channel: any NIOCore.Channel, _ configuration: ViewerConfiguration) {
        #if os(Linux)
        guard let connection = [channel, channel.parent].compactMap(\.self).first(where: hasSocket) else { return }
        func set(_ name: CInt, _ value: Int) {
            let option = ChannelOptions.Types.SocketOption(level: .tcp, name: .init(rawValue: name))
            try? connection.syncOptions?.setOption(option, value: value)
        }
        // Bytes that wait unsent in the kernel are pictures getting old: it is to take a new frame only when little is left of the last.
        set(TCP_NOTSENT_LOWAT, configuration.unsentLowWaterMark)
        // A peer that vanished while nothing was on its way to it is found by the system, within 13 seconds.
        try? connection.syncOptions?.setOption(.socketOption(.so_keepalive), value: 1)
        set(TCP_KEEPIDLE, 5)
        set(TCP_KEEPINTVL, 2)
        set(TCP_KEEPCNT, 4)
        // A stalled peer is probed by the system in ever longer intervals, up to two minutes; they end here, so that it is noticed
        // when the peer vanishes. Linux 6.15 and later.
        set(longestRetransmissionInterval, 5_000)
        #endif
    }

    /// What TCP knows of the peer; `nil` where the system does not tell. Must be called on the connection's event loop.
    static func transportState(of handle: NIOBSDSocket.Handle) -> PeerLiveness.TransportState? {
        #if os(Linux)
        var info = tcp_info()
        var size = socklen_t(MemoryLayout<tcp_info>.size)
        guard getsockopt(handle, CInt(IPPROTO_TCP), TCP_INFO, &info, &size) == 0 else { return nil }
        return PeerLiveness.TransportState(
            awaitsAnswer: info.tcpi_unacked > 0 || info.tcpi_probes > 0,
            sinceLastAcknowledgement: Int64(info.tcpi_last_ack_recv) * 1_000
        )
        #else
        return nil
        #endif
    }

    private static func hasSocket(_ channel: any NIOCore.Channel) -> Bool {
        let handle = try? channel.pipeline.syncOperations.withUnsafeTransportIfAvailable(of: NIOBSDSocket.Handle.self) {
            $0
        }
        return handle != nil
    }

    #if os(Linux)
    /// `TCP_RTO_MAX_MS`, which older headers do not have.
    private static let longestRetransmissionInterval: CInt = 44
    #endif
}
