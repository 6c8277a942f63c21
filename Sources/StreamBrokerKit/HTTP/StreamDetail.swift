import NIOCore
import StreamBrokerCore

/// `GET /api/streams/{stream}`: the stream's status, and its network viewers.
struct StreamDetail: Encodable {
    /// So many are listed, those that do worst: an answer of bounded size, and the ones that somebody looks for.
    static let viewerLimit = 100

    var status: StreamStatus
    var listedViewers: [ViewerStatus]

    private enum CodingKeys: String, CodingKey {
        case listedViewers = "viewer_list"
    }

    func encode(to encoder: any Encoder) throws {
        try status.encode(to: encoder)
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(listedViewers, forKey: .listedViewers)
    }
}

extension BrokerService {
    /// Asks the event loops for their viewers; completes on `loop`.
    func streamDetail(_ stream: StreamID, on loop: any EventLoop) -> EventLoopFuture<StreamDetail?> {
        guard let status = statuses(of: [stream]).first, let hub = listedChannel(stream)?.viewerHub else {
            return loop.makeSucceededFuture(nil)
        }
        let viewers = hub.loopViewers.map { $0.worstViewers(limit: StreamDetail.viewerLimit) }
        return EventLoopFuture.whenAllSucceed(viewers, on: loop).map { lists in
            let worst = lists.joined().sorted(by: ViewerStatus.isWorse).prefix(StreamDetail.viewerLimit)
            return StreamDetail(status: status, listedViewers: Array(worst))
        }
    }
}
