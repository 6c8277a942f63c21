import NIOCore
public import StreamBrokerCore

extension Broker {
    /// Makes a broker that runs on the system's clock and whose streams can be viewed over the network.
    public convenience init(configuration: BrokerConfiguration = .init()) {
        self.init(
            configuration: configuration,
            now: { SystemClock.unixTime },
            prepareChannel: { id, channel in
                _ = channel.sink(orAttach: {
                    ViewerHub(stream: id) { [weak channel] in channel?.subscribersChanged() }
                })
            }
        )
    }
}

/// A stream's channel, by a name that NIO has no other meaning for.
typealias FrameChannel = StreamBrokerCore.Channel<Frame>

extension FrameChannel {
    /// The network viewers of this stream.
    var viewerHub: ViewerHub? { existingSink() }

    /// What became of the frames that were meant for the stream's network viewers.
    package var deliveryTally: DeliveryTally { viewerHub?.tally ?? DeliveryTally() }

    /// How many network viewers each event loop has that ever had one.
    package func viewersPerLoop() async throws -> [Int] {
        var counts: [Int] = []
        for group in viewerHub?.loopViewers ?? [] {
            counts.append(try await group.loop.submit { group.viewers.lanes.count }.get())
        }
        return counts
    }
}
