package import StreamBrokerCore

/// Decides what a publisher does with each frame and each answer. It posts nothing, waits for nothing and knows no clock.
///
/// Frames, answers and the passing of time come in; posts, wake-ups and reports go out. At most
/// ``FramePublisherConfiguration/maximumPostsInFlight`` posts are under way and one frame waits; a newer one takes its place. While no
/// frame gets through, a single post at a time finds out whether that has changed.
///
/// Sequences rise from post to post, so that a post that was overtaken is answered 409 and the picture never goes back. They start at
/// the Unix time in µs: a publisher that starts again is above what it sent before, and one that was forgotten somewhere stays below.
///
/// Impossible events: an answer to a post that is not under way is our own mistake and ignored; every other event is answered in
/// every state.
package struct PublisherStateMachine: ~Copyable {
    package typealias Instant = ContinuousClock.Instant

    /// What the shell must do, in this order.
    package enum Action: Sendable {
        case post(IngestPost)
        /// Call ``timerFired(now:)`` at that time.
        case wake(at: Instant)
        case report(PublisherEvent)
        /// All is over; cancel what is still under way.
        case finish
    }

    private struct Outage {
        var trouble: PublisherTrouble
        /// Failed probes so far.
        var attempt = 0
        let began: Instant
        let lostBefore: UInt64
        /// The stream's last sequence when the last post turned out to be below it.
        var lastSequenceSeen: UInt64?
    }

    private enum Condition {
        case notStarted
        case delivering
        case pausing(Outage, until: Instant)
        case probing(Outage, probe: UInt64)
        case draining(deadline: Instant)
        case finished
    }

    private struct Flight {
        let bytes: Int
        let captureTime: UnixMicroseconds?
        let began: Instant
    }

    private enum Verdict {
        case reached
        case troubled(PublisherTrouble, wait: Duration, lastSequence: UInt64?)
        /// Overtaken by a later post of ours: nothing new about the broker.
        case overtaken
    }

    /// How long to look whether somebody else really posts to this stream.
    private static let contestedRetryDelay: Duration = .seconds(1)

    package private(set) var statistics = FramePublisherStatistics()

    private let configuration: FramePublisherConfiguration
    private var condition = Condition.notStarted
    private var waiting: CapturedFrame?
    private var flights: [UInt64: Flight] = [:]
    private var nextSequence: UInt64
    private var highestPosted: UInt64 = 0
    private var hasDelivered = false
    private var rejectedStatuses: Set<Int> = []

    /// - Parameter firstSequence: The Unix time in µs, so that sequences rise from one run to the next.
    package init(configuration: FramePublisherConfiguration, firstSequence: UInt64) {
        precondition(configuration.maximumPostsInFlight >= 1, "a publisher has at least one post in flight")
        self.configuration = configuration
        nextSequence = max(1, firstSequence)
    }

    /// Posts may be made from now on.
    package mutating func started(now: Instant) -> [Action] {
        guard case .notStarted = condition else { return [] }
        condition = .delivering
        return postWaiting(now: now)
    }

    /// A picture was captured.
    package mutating func offered(_ frame: CapturedFrame, now: Instant) -> [Action] {
        statistics.offered += 1
        switch condition {
        case .delivering:
            keep(frame, countingReplacedAs: \.replaced)
            return postWaiting(now: now)
        case .pausing, .notStarted, .probing:
            keep(frame, countingReplacedAs: \.dropped)
            return probeIfDue(now: now)
        case .draining, .finished:
            statistics.dropped += 1
            return []
        }
    }

    /// A post was answered, or failed.
    ///
    /// - Parameters:
    ///   - unixTime: This machine's clock, to tell the picture's age.
    ///   - jitter: A random number from 0 to 1.
    package mutating func completed(
        _ sequence: UInt64,
        _ outcome: PostOutcome,
        now: Instant,
        unixTime: UnixMicroseconds,
        jitter: Double
    ) -> [Action] {
        guard let flight = flights.removeValue(forKey: sequence) else { return [] }
        let lostBefore = statistics.lost
        count(outcome, flight, now: now, unixTime: unixTime)
        var actions = rejectionReport(outcome)

        let verdict = verdict(on: outcome, sequence: sequence, jitter: jitter)
        switch (condition, verdict) {
        case (.delivering, .reached):
            actions += firstDeliveryReport(outcome)
            actions += postWaiting(now: now)
        case (.delivering, .overtaken):
            actions += postWaiting(now: now)
        case (.delivering, .troubled(let trouble, let wait, let lastSequence)):
            actions.append(.report(.troubled(trouble)))
            actions += pause(
                Outage(trouble: trouble, began: now, lostBefore: lostBefore, lastSequenceSeen: lastSequence),
                for: wait,
                now: now
            )
        case (.probing(let outage, sequence), .reached):
            condition = .delivering
            let recovery = PublisherEvent.recovered(
                outage: outage.began.duration(to: now),
                lost: statistics.lost - outage.lostBefore
            )
            actions.append(.report(recovery))
            hasDelivered = true
            actions += postWaiting(now: now)
        case (.probing(let outage, sequence), .troubled(let trouble, let wait, let lastSequence)):
            if !outage.trouble.isSameKind(as: trouble) { actions.append(.report(.troubled(trouble))) }
            actions += continueOutage(outage, trouble: trouble, wait: wait, lastSequence: lastSequence, now: now)
        case (.draining, .troubled):
            dropWaiting()
            actions += finishWhenDrained()
        case (.draining, _):
            actions += postWaiting(now: now)
            actions += finishWhenDrained()
        case (.pausing, _), (.probing, _), (.notStarted, _), (.finished, _):
            // An answer from before the outage says nothing about now.
            break
        }
        return actions
    }

    /// The time of a ``Action/wake(at:)`` has come. Early or doubled calls do nothing.
    package mutating func timerFired(now: Instant) -> [Action] {
        if case .draining(let deadline) = condition, now >= deadline { return finish() }
        return probeIfDue(now: now)
    }

    /// No more frames are wanted: what is under way or waits may still be posted, for a short time.
    package mutating func drain(now: Instant) -> [Action] {
        switch condition {
        case .delivering:
            let deadline = now + configuration.drainTimeout
            condition = .draining(deadline: deadline)
            let finished = finishWhenDrained()
            return finished.isEmpty ? [.wake(at: deadline)] : finished
        case .notStarted, .pausing, .probing:
            return finish()
        case .draining, .finished:
            return []
        }
    }
}

// MARK: - Posting

extension PublisherStateMachine {
    private mutating func keep(
        _ frame: CapturedFrame,
        countingReplacedAs counter: WritableKeyPath<FramePublisherStatistics, UInt64>
    ) {
        if waiting != nil { statistics[keyPath: counter] += 1 }
        waiting = frame
    }

    private mutating func postWaiting(now: Instant) -> [Action] {
        switch condition {
        case .delivering, .draining: break
        default: return []
        }
        guard flights.count < configuration.maximumPostsInFlight, let frame = waiting else { return [] }
        waiting = nil
        return [.post(post(frame, now: now))]
    }

    private mutating func probeIfDue(now: Instant) -> [Action] {
        guard case .pausing(let outage, let until) = condition, now >= until, let frame = waiting else { return [] }
        waiting = nil
        let probe = post(frame, now: now)
        condition = .probing(outage, probe: probe.sequence)
        return [.post(probe)]
    }

    private mutating func post(_ frame: CapturedFrame, now: Instant) -> IngestPost {
        let post = IngestPost(frame: frame, sequence: nextSequence)
        flights[post.sequence] = Flight(bytes: frame.image.count, captureTime: frame.captureTime, began: now)
        highestPosted = post.sequence
        nextSequence += 1
        return post
    }
}

// MARK: - Outages

extension PublisherStateMachine {
    private func verdict(on outcome: PostOutcome, sequence: UInt64, jitter: Double) -> Verdict {
        let attempt = if case .probing(let outage, _) = condition { outage.attempt + 1 } else { 0 }
        let backoff = configuration.backoff.delay(attempt: attempt, jitter: jitter)
        switch outcome {
        case .accepted, .rejected:
            return .reached
        case .late where sequence < highestPosted:
            return .overtaken
        case .late(let last):
            return .troubled(.contested, wait: Self.contestedRetryDelay, lastSequence: last)
        case .refused(let status, let reason):
            return .troubled(
                .refused(status: status, reason: reason),
                wait: configuration.refusedRetryDelay,
                lastSequence: nil
            )
        case .throttled(let status, let retryAfter, let reason):
            let wait = retryAfter.map { min($0, configuration.maximumRetryAfter) } ?? backoff
            return .troubled(.throttled(status: status, reason: reason), wait: wait, lastSequence: nil)
        case .unreachable(let reason):
            return .troubled(.unreachable(reason: reason), wait: backoff, lastSequence: nil)
        }
    }

    private mutating func pause(_ outage: Outage, for wait: Duration, now: Instant) -> [Action] {
        statistics.isDelivering = false
        condition = .pausing(outage, until: now + wait)
        return [.wake(at: now + wait)]
    }

    private mutating func continueOutage(
        _ outage: Outage,
        trouble: PublisherTrouble,
        wait: Duration,
        lastSequence: UInt64?,
        now: Instant
    ) -> [Action] {
        var outage = outage
        var wait = wait
        if let lastSequence, lastSequence == outage.lastSequenceSeen {
            // Nobody posted in the meantime, so nobody contests the stream: it was our own earlier run with a clock ahead of ours.
            nextSequence = max(nextSequence, lastSequence &+ 1)
            wait = .zero
        }
        outage.trouble = trouble
        outage.attempt += 1
        outage.lastSequenceSeen = lastSequence
        return pause(outage, for: wait, now: now)
    }
}

// MARK: - Reports and the end

extension PublisherStateMachine {
    private mutating func count(_ outcome: PostOutcome, _ flight: Flight, now: Instant, unixTime: UnixMicroseconds) {
        switch outcome {
        case .accepted(let subscribers):
            statistics.posted += 1
            statistics.bytesPosted += UInt64(flight.bytes)
            statistics.subscribers = subscribers
            statistics.isDelivering = true
            let took = flight.began.duration(to: now)
            statistics.roundTrip = statistics.roundTrip.map { $0 + (took - $0) / 8 } ?? took
            statistics.age = flight.captureTime.map { .microseconds(unixTime.microseconds(since: $0)) }
        case .late: statistics.late += 1
        case .rejected: statistics.rejected += 1
        case .refused, .throttled, .unreachable: statistics.failed += 1
        }
    }

    private mutating func firstDeliveryReport(_ outcome: PostOutcome) -> [Action] {
        guard !hasDelivered, case .accepted = outcome else { return [] }
        hasDelivered = true
        return [.report(.delivering)]
    }

    private mutating func rejectionReport(_ outcome: PostOutcome) -> [Action] {
        guard case .rejected(let status, let reason) = outcome, rejectedStatuses.insert(status).inserted else {
            return []
        }
        return [.report(.frameRejected(status: status, reason: reason))]
    }

    private mutating func dropWaiting() {
        guard waiting != nil else { return }
        waiting = nil
        statistics.dropped += 1
    }

    private mutating func finishWhenDrained() -> [Action] {
        flights.isEmpty && waiting == nil ? finish() : []
    }

    private mutating func finish() -> [Action] {
        dropWaiting()
        condition = .finished
        statistics.isDelivering = false
        return [.finish]
    }
}
