import NIOCore
import Synchronization

/// The viewers of one stream that live on one event loop, and the mailbox through which frames cross to it.
final class LoopViewers: Sendable {
    private struct Mailbox {
        /// The newest frame, and the one before it. Two places, because posts that come in a pair after a pause of the network would
        /// otherwise cost every viewer a frame, those that keep up included.
        var newest: WireFrame?
        var previous: WireFrame?
        var isScheduled = false
    }

    let loop: any EventLoop
    private let mailbox = Mutex(Mailbox())
    private let lanes: NIOLoopBoundBox<[ViewerLane]>

    /// Must be made on `loop`.
    init(loop: any EventLoop) {
        self.loop = loop
        lanes = NIOLoopBoundBox([], eventLoop: loop)
    }

    /// Hands a frame to the loop. Of the frames that the loop has not taken yet the two newest are kept: viewers see what was replaced by
    /// the gap in the ordinals, and count it.
    func post(_ frame: WireFrame) {
        let mustSchedule = mailbox.withLock { mailbox in
            mailbox.previous = mailbox.newest
            mailbox.newest = frame
            defer { mailbox.isScheduled = true }
            return !mailbox.isScheduled
        }
        if mustSchedule { loop.execute { self.deliver() } }
    }

    func finish() {
        loop.execute {
            for lane in self.lanes.value { lane.streamFinished() }
        }
    }

    func add(_ lane: ViewerLane) {
        lane.position = lanes.value.count
        lanes.value.append(lane)
    }

    func remove(_ lane: ViewerLane) -> Bool {
        guard let position = lane.position else { return false }
        lane.position = nil
        let last = lanes.value.removeLast()
        if last !== lane {
            lanes.value[position] = last
            last.position = position
        }
        return true
    }

    private func deliver() {
        let (previous, newest) = mailbox.withLock { mailbox in
            mailbox.isScheduled = false
            return (mailbox.previous.take(), mailbox.newest.take())
        }
        if let previous { deliver(previous) }
        if let newest { deliver(newest) }
    }

    private func deliver(_ frame: WireFrame) {
        let now = SystemClock.steadyTime
        // A copy of the reference: a viewer that fails may leave while the others are served.
        for lane in lanes.value { lane.deliver(frame, isReplay: false, now: now) }
    }
}
