import NIOCore
import StreamBrokerCore

/// Looks after all viewers of one event loop every few seconds, by one timer for all of them. Lives on that loop.
final class ViewerClock {
    private let loop: any EventLoop
    private let interval: TimeAmount
    private var viewers: [ObjectIdentifier: ViewerHandler] = [:]
    private var timer: RepeatedTask?

    init(loop: any EventLoop, interval: Duration) {
        self.loop = loop
        self.interval = TimeAmount(interval)
    }

    func add(_ viewer: ViewerHandler) {
        viewers[ObjectIdentifier(viewer)] = viewer
        guard timer == nil else { return }
        let bound = NIOLoopBound(self, eventLoop: loop)
        timer = loop.scheduleRepeatedTask(initialDelay: interval, delay: interval) { _ in bound.value.tick() }
    }

    func remove(_ viewer: ViewerHandler) {
        viewers[ObjectIdentifier(viewer)] = nil
        guard viewers.isEmpty else { return }
        timer?.cancel()
        timer = nil
    }

    private func tick() {
        let now = SystemClock.steadyTime
        // A copy: a viewer that is given up leaves.
        for viewer in viewers.values { viewer.check(now: now) }
    }
}

@available(*, unavailable)
extension ViewerClock: Sendable {}

/// The clocks of a server's event loops, each made when its loop has its first viewer.
final class ViewerClocks: Sendable {
    private let interval: Duration
    private let clocks = Locked<[ObjectIdentifier: NIOLoopBoundBox<ViewerClock>]>([:])

    init(interval: Duration) {
        self.interval = interval
    }

    /// The clock of a loop; must be called on it.
    func clock(on loop: any EventLoop) -> ViewerClock {
        let box = clocks.withLock { clocks in
            if let known = clocks[ObjectIdentifier(loop)] { return known }
            let made = NIOLoopBoundBox(ViewerClock(loop: loop, interval: interval), eventLoop: loop)
            clocks[ObjectIdentifier(loop)] = made
            return made
        }
        return box.value
    }
}
