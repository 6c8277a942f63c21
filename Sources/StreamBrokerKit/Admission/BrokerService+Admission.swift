import NIOCore
import NIOHTTP1
import StreamBrokerCore

/// Who is let in as a viewer.
extension BrokerService {
    /// Takes a seat for a connection.
    func takeSeat(for connection: any NIOCore.Channel) throws(ViewerRefusal) -> ViewerSeat {
        do {
            return try seats.take(for: connection.remoteAddress)
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
