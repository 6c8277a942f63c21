package import FrameCodec

/// Tells what is wrong with a live source from when its packets and pictures come, and whether pictures and timestamps
/// move.
///
/// Time is an argument; ``look(at:)`` is to be called whenever something happened, and at short intervals while nothing
/// does. One watchdog serves all connections of a capture, one after another: what opening the source again did not
/// mend is opened again less and less often.
package struct SourceWatchdog: Sendable {
    /// How long the watchdog waits.
    package struct Limits: Sendable {
        /// What lasts this long is told.
        package var patience: Duration
        /// A frozen source is opened again after this long, and each time that it did not help after twice as long.
        package var freezeDeadline: Duration

        package init(patience: Duration, freezeDeadline: Duration) {
            self.patience = patience
            self.freezeDeadline = freezeDeadline
        }
    }

    /// Patience is never less than this many intervals of the source, so that a camera with a picture every other second
    /// is not called silent between two of them.
    private static let patientIntervals = 2.5
    /// The longest time between two attempts to mend a frozen source.
    private static let longestFreezeDeadline: Duration = .seconds(300)
    /// A scene in which little happens would be called still and moving in turns: each time that it moved again, it must
    /// be still for twice as long to be called so, up to this many times the patience, which is most of an hour…
    private static let longestStillness: Int64 = 1024
    /// …and half as long again each time that it has kept moving for this long.
    private static let livelyPeriod: Duration = .seconds(300)

    private let limits: Limits

    /// What holds now.
    package private(set) var condition = SourceCondition.flowing

    private var lastPacket: MonotonicTime
    private var lastPicture: MonotonicTime
    private var pictures: UInt64 = 0
    private var lastTimestamp: Int64?
    /// When a timestamp, or any sample, differed from the picture before for the last time.
    private var timestampMoved: MonotonicTime
    private var samplesChanged: MonotonicTime
    /// When something was last to be seen that was not there when the scene became still.
    private var sceneChanged: MonotonicTime
    /// Microseconds from picture to picture, smoothed.
    private var interval: Double?
    private var lastStep: Double?
    /// Connections that ended frozen since the source was last well.
    private var vainRestarts = 0
    private var stillnessFactor: Int64 = 1
    private var stillnessEnded: MonotonicTime?

    /// A watchdog of a source that is about to be connected.
    package init(_ limits: Limits, at now: MonotonicTime) {
        self.limits = limits
        lastPacket = now
        lastPicture = now
        timestampMoved = now
        samplesChanged = now
        sceneChanged = now
    }

    /// The source is connected: what comes now has nothing to do with what came before.
    package mutating func connected(at now: MonotonicTime) {
        condition = .flowing
        lastPacket = now
        lastPicture = now
        timestampMoved = now
        samplesChanged = now
        sceneChanged = now
        pictures = 0
        lastTimestamp = nil
        interval = nil
        lastStep = nil
    }

    /// Something arrived, whatever it is.
    package mutating func packetArrived(at now: MonotonicTime) {
        lastPacket = now
    }

    /// A picture came of it.
    ///
    /// - Parameters:
    ///   - timestamp: in any unit; nil when the source gave none, which is not the same as one that stands still.
    ///   - similarity: identical to the picture before, similar to the one with which the scene became still, or
    ///     different from that: the one of the next still scene, then.
    package mutating func pictureDecoded(timestamp: Int64?, similarity: PictureSimilarity, at now: MonotonicTime) {
        let hasMoved = timestamp == nil || timestamp != lastTimestamp
        if pictures > 0 { measure(lastPicture.duration(to: now)) }
        if hasMoved { timestampMoved = now }
        if similarity != .identical { samplesChanged = now }
        if similarity == .different { sceneChanged = now }
        // The first picture of a connection differs from nothing.
        if pictures > 0 && hasMoved && similarity != .identical { vainRestarts = 0 }
        lastTimestamp = timestamp
        lastPicture = now
        pictures += 1
    }

    /// Looks at the clock.
    ///
    /// - Returns: what holds from now on, when it is something else than before.
    package mutating func look(at now: MonotonicTime) -> SourceCondition? {
        let seen = seen(at: now)
        guard seen != condition else { return nil }
        if condition == .unchanging {
            stillnessFactor = min(stillnessFactor * 2, SourceWatchdog.longestStillness)
            stillnessEnded = now
        }
        condition = seen
        return seen
    }

    /// Whether to open the source again, since that is what helps.
    package func wantsRestart(at now: MonotonicTime) -> Bool {
        guard condition == .frozen else { return false }
        return max(timestampMoved, samplesChanged).duration(to: now) >= freezeDeadline
    }

    /// The source is opened again for that.
    package mutating func restarted() {
        vainRestarts += 1
    }

    private var freezeDeadline: Duration {
        var deadline = limits.freezeDeadline
        for _ in 0..<vainRestarts where deadline < SourceWatchdog.longestFreezeDeadline { deadline *= 2 }
        return max(limits.freezeDeadline, min(deadline, SourceWatchdog.longestFreezeDeadline))
    }

    private var patience: Duration {
        max(limits.patience, .microseconds(Int64((interval ?? 0) * SourceWatchdog.patientIntervals)))
    }

    private mutating func seen(at now: MonotonicTime) -> SourceCondition {
        let stillness = sceneChanged.duration(to: now)
        calmDown(stillness, now)
        if lastPacket.duration(to: now) >= patience { return .silent }
        if lastPicture.duration(to: now) >= patience { return .withoutPictures }
        if timestampMoved.duration(to: now) >= patience {
            return samplesChanged.duration(to: now) >= patience ? .frozen : .repeatingTimestamps
        }
        let limit = condition == .unchanging ? patience : patience * stillnessFactor
        return stillness >= limit ? .unchanging : .flowing
    }

    /// A scene that has kept moving may be called still sooner.
    private mutating func calmDown(_ stillness: Duration, _ now: MonotonicTime) {
        guard let stillnessEnded, stillnessFactor > 1 else { return }
        // Still, if not for long enough to say so.
        if stillness >= patience {
            self.stillnessEnded = now
        } else if stillnessEnded.duration(to: now) >= SourceWatchdog.livelyPeriod {
            stillnessFactor /= 2
            self.stillnessEnded = now
        }
    }

    private mutating func measure(_ step: Duration) {
        let step = Double(step.microseconds)
        defer { lastStep = step }
        guard let lastStep else { return }
        // One long gap is a fault, not a slow camera; a slow one is so again and again.
        let sample = min(step, lastStep)
        interval = interval.map { ($0 + sample) / 2 } ?? sample
    }
}
