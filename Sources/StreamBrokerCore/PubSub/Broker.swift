import Synchronization

/// A registry of streams: a channel of frames per stream id, made on first use and freed when idle.
///
/// Every holder of a channel for one id holds the same channel, even when it was idle in between.
public final class Broker: Sendable {
    /// The limits this broker keeps.
    public let configuration: BrokerConfiguration

    private let shards: [RegistryShard]
    private let streamCount = StreamCount()
    private let now: @Sendable () -> UnixMicroseconds
    private let prepareChannel: @Sendable (StreamID, Channel<Frame>) -> Void

    /// Makes a broker whose clock is `now`, and which shows every new channel to `prepareChannel` before anybody else has it.
    package init(
        configuration: BrokerConfiguration = .init(),
        now: @escaping @Sendable () -> UnixMicroseconds,
        prepareChannel: @escaping @Sendable (StreamID, Channel<Frame>) -> Void = { _, _ in }
    ) {
        self.configuration = configuration
        self.now = now
        self.prepareChannel = prepareChannel
        shards = (0..<RegistryShard.shardCount).map { _ in RegistryShard() }
    }

    /// The channel of a stream, made if there is none.
    ///
    /// - Throws: ``BrokerError/invalidStreamID(_:)``, ``BrokerError/streamLimitReached(limit:)``.
    public func channel(_ name: String) throws(BrokerError) -> Channel<Frame> {
        let id: StreamID
        do { id = try StreamID(name) } catch { throw .invalidStreamID(error) }
        return try channel(id)
    }

    /// The channel of a stream, made if there is none.
    ///
    /// - Throws: ``BrokerError/streamLimitReached(limit:)``.
    public func channel(_ id: StreamID) throws(BrokerError) -> Channel<Frame> {
        let shard = shard(of: id)
        if let channel = shard.channel(id) { return channel }
        guard streamCount.reserve(limit: configuration.maximumStreams) else {
            throw .streamLimitReached(limit: configuration.maximumStreams)
        }
        let (channel, isNew) = shard.channel(id) { makeChannel(id) }
        if !isNew { streamCount.release() }
        return channel
    }

    /// The channel of a stream that is active; `nil` when there is none. Makes nothing.
    public func existingChannel(_ id: StreamID) -> Channel<Frame>? {
        shard(of: id).activeChannel(id)
    }

    /// The ids of all active streams, sorted by name.
    public var streamIDs: [StreamID] {
        shards.flatMap(\.activeIDs).sorted { $0.name < $1.name }
    }

    /// How many streams are active.
    public var activeStreamCount: Int { streamCount.value }

    /// The broker's clock.
    package var currentTime: UnixMicroseconds { now() }

    /// How often a server calls ``reapIdleStreams()``. A stream is noticed to be idle at one call and freed at a later one, so that it is
    /// gone at most two intervals after its time.
    package static let reapInterval: Duration = .seconds(1)

    /// Frees streams that had neither a publish nor a viewer for ``BrokerConfiguration/streamIdleTimeout``.
    ///
    /// - Returns: The ids of the freed streams.
    @discardableResult
    package func reapIdleStreams() -> [StreamID] {
        let timeout = configuration.streamIdleTimeout.wholeMicroseconds
        let time = now()
        var reaped: [StreamID] = []
        for shard in shards {
            for id in shard.reap(now: time, timeout: timeout) {
                streamCount.release()
                reaped.append(id)
            }
        }
        return reaped
    }

    private func shard(of id: StreamID) -> RegistryShard {
        shards[Int(UInt(bitPattern: id.hashValue) % UInt(shards.count))]
    }

    private func makeChannel(_ id: StreamID) -> Channel<Frame> {
        let shard = shard(of: id)
        let channel = Channel(
            stamp: ElementStamp(
                proposedSequence: { $0.sequence },
                stamp: { [now] frame, sequence in frame.stamped(sequence: sequence, arrivalTime: now()) }
            ),
            // A channel that was idle and still held by somebody comes back when it is used again.
            onRevival: { [streamCount] channel in
                if shard.wake(id, channel) { streamCount.reserveAlways() }
            }
        )
        prepareChannel(id, channel)
        return channel
    }
}

extension Duration {
    /// The duration in microseconds, rounded towards zero; saturates.
    package var wholeMicroseconds: Int64 {
        let (seconds, attoseconds) = components
        let (scaled, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000)
        return overflow ? (seconds < 0 ? .min : .max) : scaled + attoseconds / 1_000_000_000_000
    }
}
