import StreamBrokerCore

/// One stream of one viewer. Lives on the viewer's event loop.
final class ViewerLane {
    let hub: ViewerHub
    let index: Int
    /// The viewer while the lane is open; the two hold each other until ``close()``.
    private var viewer: ViewerHandler?
    /// Where the lane's deliveries are counted; `nil` before it has joined.
    var roster: ViewerRoster?
    /// Where the lane stands in its roster; `nil` when in none.
    var position: Int?
    /// Of a lane that stands in no roster.
    private var ownState: LaneState
    /// Whether frames simply go out: none is held back, and no pings go behind them.
    private(set) var isSimple = true {
        didSet { if isSimple != oldValue { viewer?.updateDirectPath() } }
    }
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
        self.index = index
        self.viewer = viewer
        ownState = LaneState(isTagged: viewer.isTagged)
    }

    var state: LaneState {
        get {
            guard let position, let roster else { return ownState }
            return roster.states[position]
        }
        set {
            guard let position, let roster else { return ownState = newValue }
            roster.states[position] = newValue
        }
    }

    func startsAfter(ordinal: UInt64) {
        state.lastOrdinal = ordinal
    }

    /// From now on frames after this one go straight to the socket, if there is one.
    func setDirectPath(_ path: DirectSocketWriter?, after sequence: UInt64) {
        state.directPath = path
        state.lastSequence = max(state.lastSequence, sequence)
    }

    /// Asks the viewer what becomes of a frame.
    func deliver(_ round: DeliveryRound) {
        let ordinal = round.frame.ordinal
        let lastOrdinal = state.lastOrdinal
        guard ordinal > lastOrdinal else { return }
        if ordinal > lastOrdinal + 1 { noteReplaced(ordinal - lastOrdinal - 1) }
        state.lastOrdinal = ordinal
        viewer?.offer(round, lane: self)
    }

    /// A frame went straight to the socket, which took only so much of it.
    func wasSentInPart(_ round: DeliveryRound, byteCount: Int) {
        viewer?.finish(round, after: byteCount, lane: self)
    }

    func directPathFailed() {
        viewer?.connectionFailed(self)
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
        viewer.map { ViewerStatus(figures: state.figures, viewer: $0, now: now) }
    }

    // MARK: Counting

    func noteDelivered(_ message: WireMessage, at now: Int64) {
        let age = now - message.arrival
        state.noteDelivered(byteCount: message.byteCount, age: age)
        roster?.tally.noteDelivered(byteCount: message.byteCount, age: age)
    }

    func noteReplaced(_ count: UInt64 = 1) {
        state.figures.replaced += count
        roster?.tally.replaced += count
    }

    func noteThinned() {
        state.figures.thinned += 1
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
