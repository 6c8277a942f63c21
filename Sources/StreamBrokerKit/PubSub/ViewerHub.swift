import NIOCore
import StreamBrokerCore

/// The network viewers of one stream: takes each frame once and hands one reference to each event loop that has viewers.
final class ViewerHub: ChannelSink {
    struct Received: Sendable {
        var frames: UInt64 = 0
        var bytes: UInt64 = 0
        var latest: WireFrame?
        var meter = RateMeter()
    }

    let stream: StreamID

    private let received = Locked(Received())
    private let groups = Locked<[LoopViewers]>([])
    private let sharing = SharingTrial()
    /// The places of this stream's viewers.
    let places: StreamPlaces

    /// - Parameter onViewersChanged: Is called after every change of the number of viewers, on any thread.
    init(stream: StreamID, onViewersChanged: @escaping @Sendable () -> Void = {}) {
        self.stream = stream
        places = StreamPlaces(onChange: onViewersChanged)
    }

    var subscriberCount: Int { places.takenCount }

    func receive(_ frame: Frame) {
        let viewers = subscriberCount
        let choice = sharing.choose(byteCount: frame.payload.count, viewers: viewers)
        let wireFrame = received.withLock { received in
            received.frames += 1
            received.bytes += UInt64(frame.payload.count)
            received.meter.note(bytes: frame.payload.count, at: frame.arrivalTime.rawValue)
            let wireFrame = WireFrame(
                frame,
                ordinal: received.frames,
                expectedViewers: viewers,
                sharing: choice
            )
            received.latest = wireFrame
            return wireFrame
        }
        guard viewers > 0 else { return }
        for group in groups.withLock({ $0 }) { group.post(wireFrame) }
    }

    func finish() {
        for group in groups.withLock({ $0 }) { group.finish() }
    }

    func forgetLatest() {
        received.withLock { $0.latest = nil }
    }

    /// What came in, with the rates at `now`.
    func snapshot(at now: UnixMicroseconds) -> (received: Received, framesPerSecond: Double, bytesPerSecond: Double) {
        received.withLock { received in
            let rates = received.meter.rates(at: now.rawValue)
            return (received, rates.perSecond, rates.bytesPerSecond)
        }
    }

    /// What became of the frames that were meant for viewers, all loops together.
    var tally: DeliveryTally {
        groups.withLock { $0 }.reduce(into: DeliveryTally()) { $0.add($1.tally) }
    }

    /// The loops that have had viewers of this stream.
    var loopViewers: [LoopViewers] { groups.withLock { $0 } }

    // MARK: Joining and leaving

    /// Adds a viewer on its own event loop, and shows it the latest frame.
    func join(_ lane: ViewerLane, on loop: any EventLoop) {
        loop.preconditionInEventLoop()
        let group = groups.withLock { groups in
            if let group = groups.first(where: { $0.loop === loop }) { return group }
            let group = LoopViewers(loop: loop)
            groups.append(group)
            return group
        }
        group.viewers.add(lane)
        // Read only after the viewer is in its group: a frame published in between then comes by either way, and twice is noticed.
        let (latest, ordinal) = received.withLock { ($0.latest, $0.frames) }
        lane.startsAfter(ordinal: latest.map { $0.ordinal - 1 } ?? ordinal)
        if let latest { lane.deliver(DeliveryRound(latest, now: SystemClock.steadyTime, isReplay: true)) }
    }

    /// Removes a viewer, on its own event loop.
    func leave(_ lane: ViewerLane, on loop: any EventLoop) {
        loop.preconditionInEventLoop()
        guard let group = groups.withLock({ $0.first { $0.loop === loop } }) else { return }
        group.viewers.remove(lane)
    }
}
