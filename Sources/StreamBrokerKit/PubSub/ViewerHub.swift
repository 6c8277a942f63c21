import NIOCore
import StreamBrokerCore
import Synchronization

/// The network viewers of one stream: takes each frame once and hands one reference to each event loop that has viewers.
final class ViewerHub: ChannelSink {
    struct Received: Sendable {
        var frames: UInt64 = 0
        var bytes: UInt64 = 0
        var latest: WireFrame?
        var meter = RateMeter()
    }

    let stream: StreamID
    let counters = DeliveryCounters()

    private let received = Mutex(Received())
    private let groups = Mutex<[LoopViewers]>([])
    private let viewerCount = Atomic<Int>(0)

    init(stream: StreamID) {
        self.stream = stream
    }

    var subscriberCount: Int { viewerCount.load(ordering: .relaxed) }

    func receive(_ frame: Frame) {
        let wireFrame = received.withLock { received in
            received.frames += 1
            received.bytes += UInt64(frame.payload.count)
            received.meter.note(bytes: frame.payload.count, at: frame.arrivalTime.rawValue)
            let wireFrame = WireFrame(frame, ordinal: received.frames)
            received.latest = wireFrame
            return wireFrame
        }
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

    /// Adds a viewer on its own event loop, and shows it the latest frame.
    func join(_ lane: ViewerLane, on loop: any EventLoop) {
        loop.preconditionInEventLoop()
        let group = groups.withLock { groups in
            if let group = groups.first(where: { $0.loop === loop }) { return group }
            let group = LoopViewers(loop: loop)
            groups.append(group)
            return group
        }
        viewerCount.add(1, ordering: .relaxed)
        group.add(lane)
        // Read only after the viewer is in its group: a frame published in between then comes by either way, and twice is noticed.
        let (latest, ordinal) = received.withLock { ($0.latest, $0.frames) }
        lane.startsAfter(ordinal: latest.map { $0.ordinal - 1 } ?? ordinal)
        if let latest { lane.deliver(latest, isReplay: true, now: SystemClock.steadyTime) }
    }

    /// Removes a viewer, on its own event loop.
    func leave(_ lane: ViewerLane, on loop: any EventLoop) {
        loop.preconditionInEventLoop()
        guard let group = groups.withLock({ $0.first { $0.loop === loop } }), group.remove(lane) else { return }
        viewerCount.subtract(1, ordering: .relaxed)
    }
}
