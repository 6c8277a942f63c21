import StreamBrokerCore

/// One stream of one viewer. Lives on the viewer's event loop.
final class ViewerLane {
    // What every frame needs stands first and so close together in memory: what a lane costs is the wait for its memory.
    private var lastOrdinal: UInt64 = 0
    /// The viewer while the lane is open; the two hold each other until ``close()``.
    private var viewer: ViewerHandler?
    /// Where the lane's deliveries are counted; `nil` before it has joined.
    var roster: ViewerRoster?
    private let shortIndex: Int32
    /// Whether frames simply go out: none is held back, and no pings go behind them.
    private(set) var isSimple = true
    /// What this viewer was sent, for the list of viewers.
    private(set) var figures = ViewerFigures()

    let hub: ViewerHub
    /// Where the lane stands in its roster; `nil` when in none.
    var position: Int?
    /// The message that is sent next, while the connection is busy.
    var waiting: WireMessage?
    /// The newest message that the viewer's rate left out; sent when the stream stops with it.
    var heldBack: WireMessage? {
        didSet { noteSimplicity() }
    }
    var isHeldBackTimed = false
    /// Whether pings tell how far the viewer has got with this stream.
    var pongs = PongAcknowledgement() {
        didSet { noteSimplicity() }
    }
    /// Whether the client tells that by itself.
    var acknowledgesItself = false

    init(hub: ViewerHub, index: Int, viewer: ViewerHandler) {
        self.hub = hub
        shortIndex = Int32(index)
        self.viewer = viewer
    }

    var index: Int { Int(shortIndex) }

    func startsAfter(ordinal: UInt64) {
        lastOrdinal = ordinal
    }

    func deliver(_ round: DeliveryRound) {
        let ordinal = round.frame.ordinal
        guard ordinal > lastOrdinal else { return }
        if ordinal > lastOrdinal + 1 { noteReplaced(ordinal - lastOrdinal - 1) }
        lastOrdinal = ordinal
        viewer?.offer(round, lane: self)
    }

    private func noteSimplicity() {
        isSimple = heldBack == nil && !pongs.sendsPings
    }

    func streamFinished() {
        viewer?.streamFinished(self)
    }

    func close() {
        viewer = nil
        waiting = nil
        heldBack = nil
    }

    /// How the viewer of this lane appears in the list of viewers; `nil` when it has left.
    func status(at now: Int64) -> ViewerStatus? {
        viewer.map { ViewerStatus(figures: figures, viewer: $0, now: now) }
    }

    // MARK: Counting

    func noteDelivered(_ message: WireMessage, at now: Int64) {
        let byteCount = message.byteCount
        let age = now - message.arrival
        figures.delivered += 1
        figures.deliveredBytes += UInt64(byteCount)
        figures.lastAge = age
        guard let roster else { return }
        roster.tally.delivered += 1
        roster.tally.deliveredBytes += UInt64(byteCount)
        roster.tally.ages.note(age)
    }

    func noteReplaced(_ count: UInt64 = 1) {
        figures.replaced += count
        roster?.tally.replaced += count
    }

    func noteThinned() {
        figures.thinned += 1
        roster?.tally.thinned += 1
    }

    func noteCutOff() {
        roster?.tally.cutOff += 1
        roster?.publishTally()
    }

    func noteStalled(_ isStalled: Bool) {
        roster?.tally.stalledViewers += isStalled ? 1 : -1
        roster?.publishTally()
    }
}

@available(*, unavailable)
extension ViewerLane: Sendable {}
