import NIOCore
import StreamBrokerCore

/// The viewers of one stream that live on one event loop, as seen from other threads: the mailbox through which frames cross to the
/// loop, and what it last told of its deliveries.
final class LoopViewers: Sendable {
    private struct Mailbox {
        /// The newest frame, and the one before it. Two places, because posts that come in a pair after a pause of the network would
        /// otherwise cost every viewer a frame, those that keep up included.
        var newest: WireFrame?
        var previous: WireFrame?
        var isScheduled = false
    }

    let loop: any EventLoop
    private let mailbox = Locked(Mailbox())
    private let roster: NIOLoopBoundBox<ViewerRoster>
    private let published: PublishedTally

    /// Must be made on `loop`.
    init(loop: any EventLoop) {
        self.loop = loop
        let published = PublishedTally()
        self.published = published
        roster = NIOLoopBoundBox(ViewerRoster(publishingTo: published), eventLoop: loop)
    }

    /// What became of the frames of this loop's viewers. From any thread.
    var tally: DeliveryTally { published.value }

    /// The viewers themselves; on the loop only.
    var viewers: ViewerRoster { roster.value }

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
        loop.execute { self.roster.value.finish() }
    }

    private func deliver() {
        let (previous, newest) = mailbox.withLock { mailbox in
            mailbox.isScheduled = false
            return (mailbox.previous.take(), mailbox.newest.take())
        }
        let roster = roster.value
        if let previous { roster.deliver(previous) }
        if let newest { roster.deliver(newest) }
    }
}
