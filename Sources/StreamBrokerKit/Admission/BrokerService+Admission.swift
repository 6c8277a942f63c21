import NIOCore
import NIOHTTP1
import StreamBrokerCore

/// Who is let in as a viewer.
extension BrokerService {
    /// Who sent a request: whoever is at the other end of the connection, or for whom a trusted proxy asks.
    func client(of head: HTTPRequestHead, on connection: any NIOCore.Channel) -> SocketAddress? {
        trustedProxies.client(peer: connection.remoteAddress, forwarded: head.headers["X-Forwarded-For"])
    }

    /// Takes a seat for whoever sent a request.
    func takeSeat(for head: HTTPRequestHead, on connection: any NIOCore.Channel) throws(ViewerRefusal) -> ViewerSeat {
        do {
            return try seats.take(for: client(of: head, on: connection))
        } catch {
            seats.noteRefusal(error)
            throw error
        }
    }

    /// Takes a place in a stream on the loop that has the fewest viewers of it.
    func takePlace(
        in channel: FrameChannel,
        current: any EventLoop,
        among loops: [any EventLoop]
    ) throws(ViewerRefusal) -> StreamPlace {
        let limit = seats.limits.maximumViewersPerStream
        guard let place = channel.viewerHub?.places.take(limit: limit, current: current, among: loops) else {
            seats.noteRefusal(.streamIsFull)
            throw .streamIsFull
        }
        return place
    }

    /// What a refused viewer is told.
    func explanation(of refusal: ViewerRefusal) -> String {
        switch refusal {
        case .allSeatsTaken: "the broker already has \(seats.limits.maximumViewers) viewers, its limit"
        case .addressHasItsShare:
            "this address already has \(seats.limits.maximumViewersPerAddress) viewers, the limit for one address"
        case .streamIsFull: "the stream already has \(seats.limits.maximumViewersPerStream) viewers, its limit"
        }
    }

    func answer(to refusal: ViewerRefusal) -> HTTPAnswer {
        .error(
            .tooManyRequests,
            explanation(of: refusal),
            hint: "close a viewer, try again in a moment, or raise the broker's limit",
            headers: [("Retry-After", "5")]
        )
    }
}
