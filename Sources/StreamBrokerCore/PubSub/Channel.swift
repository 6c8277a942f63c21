/// One publisher-to-many-subscribers topic that keeps its last element for those who join late.
///
/// Publishing is synchronous and never waits for anybody. Every subscriber sees elements in the order in which they were
/// published; what a slow one misses is its own ``DeliveryPolicy``'s decision and nobody else's.
public final class Channel<Element: Sendable>: Sendable {
    struct State {
        var latest: Element?
        var lastSequence: UInt64 = 0
        var subscriptions: [SubscriptionStorage<Element>] = []
        var sinks: [any ChannelSink<Element>] = []
        var isFinished = false
        /// Rises with every publish and every join, so that a reaper can tell whether anything happened.
        var activity: UInt64 = 0
        var published: UInt64 = 0
        /// Set by a registry that let go of the channel; whoever uses it next tells the registry.
        var isForgotten = false

        /// Answers whether the channel had been forgotten.
        mutating func noteActivity() -> Bool {
            activity &+= 1
            defer { isForgotten = false }
            return isForgotten
        }

        var subscriberCount: Int {
            var count = subscriptions.count
            for sink in sinks { count += sink.subscriberCount }
            return count
        }
    }

    private let state = Locked(State())
    private let watch = SubscriberWatch()
    private let stamp: ElementStamp<Element>
    private let onRevival: @Sendable (Channel) -> Void

    /// Makes a channel on its own, outside any ``Broker``.
    public convenience init() {
        self.init(stamp: .none, onRevival: { _ in })
    }

    init(stamp: ElementStamp<Element>, onRevival: @escaping @Sendable (Channel) -> Void) {
        self.stamp = stamp
        self.onRevival = onRevival
    }

    deinit {
        finish()
    }

    /// Makes an element the channel's latest and offers it to every subscriber.
    ///
    /// May be called from any thread. It takes time in proportion to the in-process subscribers, not to the network viewers.
    ///
    /// - Throws: ``PublishError``; nothing is changed then.
    @specialized(where Element == Frame)
    @discardableResult
    public func publish(_ element: Element) throws(PublishError) -> PublishReceipt {
        var wasForgotten = false
        var waiters: [SubscriptionStorage<Element>.Waiter] = []
        var published = element
        let outcome: Result<PublishReceipt, PublishError> = state.withLock { state in
            guard !state.isFinished else { return .failure(.finished) }
            let proposed = stamp.proposedSequence(element)
            guard proposed == 0 || proposed > state.lastSequence else {
                return .failure(.staleSequence(proposed, last: state.lastSequence))
            }
            let sequence = proposed == 0 ? state.lastSequence + 1 : proposed
            let stamped = stamp.stamp(element, sequence)
            published = stamped
            state.lastSequence = sequence
            state.latest = stamped
            state.published += 1
            wasForgotten = state.noteActivity()
            let subscribers = state.subscriberCount
            // First the sinks: however many subscribers there are, the network viewers do not wait for them.
            for sink in state.sinks { sink.receive(stamped) }
            var replaced = 0
            var someEnded = false
            for subscription in state.subscriptions {
                switch subscription.offer(stamped) {
                case .kept: break
                case .handedOver(let waiter): waiters.append(waiter)
                case .dropped: replaced += 1
                case .ended: someEnded = true
                }
            }
            if someEnded { state.subscriptions.removeAll { $0.statistics.endReason != nil } }
            return .success(PublishReceipt(sequence: sequence, subscribers: subscribers, replaced: replaced))
        }
        // Readers are resumed after the lock is released, so that none of them can run into it.
        for waiter in waiters { waiter.resume(returning: published) }
        if wasForgotten { onRevival(self) }
        return try outcome.get()
    }

    /// Adds a subscriber; the latest element, if there is one, is its first.
    ///
    /// - Parameter policy: What is kept while the subscriber is busy.
    /// - Returns: A sequence that ends at once when the channel is finished.
    public func subscribe(_ policy: DeliveryPolicy = .latest) -> Subscription<Element> {
        let storage = SubscriptionStorage<Element>(policy: policy)
        let wasForgotten = state.withLock { state in
            if let latest = state.latest { _ = storage.offer(latest) }
            if state.isFinished {
                storage.finish()
            } else {
                state.subscriptions.append(storage)
            }
            return state.noteActivity()
        }
        if wasForgotten { onRevival(self) }
        subscribersChanged()
        // Weak: a subscription that outlives the channel must not keep it alive.
        return Subscription(storage: storage) { [weak self] in self?.remove(storage) }
    }

    /// The last published element.
    public var latest: Element? { state.withLock { $0.latest } }

    /// How many subscribers and viewers there are.
    public var subscriberCount: Int { state.withLock { $0.subscriberCount } }

    /// How many subscribers and viewers there are: now, and again after each change, the newest count only for a reader that is busy.
    ///
    /// A source that costs something can run for as long as there is somebody to see it:
    ///
    ///     for await count in channel.subscriberCounts { camera.isWanted = count > 0 }
    ///
    /// The sequence ends with the channel.
    public var subscriberCounts: AsyncStream<Int> { watch.counts { subscriberCount } }

    /// How many elements were published.
    public var publishedCount: UInt64 { state.withLock { $0.published } }

    /// Ends the channel: subscribers read what they were kept and then end, and publishing throws. Calling it twice does nothing.
    public func finish() {
        let (subscriptions, sinks) = state.withLock { state in
            state.isFinished = true
            defer {
                state.subscriptions = []
                state.sinks = []
            }
            return (state.subscriptions, state.sinks)
        }
        for subscription in subscriptions { subscription.finish() }
        for sink in sinks { sink.finish() }
        watch.finish()
    }

    /// The sink of the given type, made and attached if there is none yet.
    package func sink<S: ChannelSink<Element>>(_: S.Type = S.self, orAttach make: () -> S) -> S {
        state.withLock { state in
            for case let sink as S in state.sinks { return sink }
            let sink = make()
            state.sinks.append(sink)
            return sink
        }
    }

    /// The sink of the given type, if there is one.
    package func existingSink<S: ChannelSink<Element>>(_: S.Type = S.self) -> S? {
        state.withLock { state in
            for case let sink as S in state.sinks { return sink }
            return nil
        }
    }

    /// Tells the channel that a sink gained or lost a reader, which counts as activity.
    package func noteActivity() {
        if state.withLock({ $0.noteActivity() }) { onRevival(self) }
    }

    /// Tells the channel that the number of a sink's readers is another one. Not to be called under a lock of the sink's.
    package func subscribersChanged() {
        watch.changed { subscriberCount }
    }

    /// A number that rises with every publish and every join, and whether anybody subscribes.
    var activity: (count: UInt64, hasSubscribers: Bool) {
        state.withLock { ($0.activity, $0.subscriberCount > 0) }
    }

    /// Frees what an idle channel holds, unless something happened since `activity` was read. Its numbers go on from where they are.
    func forgetLatest(ifStillAt activity: UInt64) -> Bool {
        state.withLock { state in
            guard state.activity == activity, state.subscriberCount == 0 else { return false }
            state.latest = nil
            state.isForgotten = true
            for sink in state.sinks { sink.forgetLatest() }
            return true
        }
    }

    private func remove(_ storage: SubscriptionStorage<Element>) {
        state.withLock { state in
            state.subscriptions.removeAll { $0 === storage }
            state.activity &+= 1
        }
        subscribersChanged()
    }
}
