import Logging
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
        do throws(ViewerRefusal) {
            let client = client(of: head, on: connection)
            if let block = client.flatMap(AddressBlock.init),
                lockouts.isLockedOut(block, now: SystemClock.steadyTime)
            {
                throw .addressIsLockedOut
            }
            return try seats.take(for: client)
        } catch {
            seats.noteRefusal(error)
            throw error
        }
    }

    /// Counts a limit that a client ran into after it was let in; whoever does so again and again by flooding is locked out.
    ///
    /// - Parameter client: Who it was. A trusted proxy is not held responsible for its clients.
    func note(_ limit: Limit, by client: SocketAddress?) {
        limitTally.note(limit)
        guard limit.isFlood, let client, !trustedProxies.contains(client), let block = AddressBlock(client),
            lockouts.noteFlood(by: block, now: SystemClock.steadyTime)
        else { return }
        logger.warning(
            "an address floods the server: nothing new is taken from it",
            metadata: [
                "address": "\(client.ipAddress ?? "")", "limit": "\(limit.rawValue)",
                "seconds": "\(lockouts.duration.components.seconds)",
            ]
        )
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
        case .addressIsLockedOut:
            "this address flooded the broker, which takes nothing new from it for \(lockouts.duration.components.seconds) seconds"
        }
    }

    func answer(to refusal: ViewerRefusal) -> HTTPAnswer {
        let (hint, patience) =
            refusal == .addressIsLockedOut
            ? ("send less, and try again later", lockouts.duration.components.seconds)
            : ("close a viewer, try again in a moment, or raise the broker's limit", 5)
        return .error(
            .tooManyRequests,
            explanation(of: refusal),
            hint: hint,
            headers: [("Retry-After", "\(patience)")]
        )
    }
}
