/// The state of one subscription without its lock: what is kept, who waits, and why it ended.
///
/// Events are `offer`, `next`, `cancel` and `finish`; each answers what the shell must do. Impossible events do not exist: every
/// event is answered in every state. A second reader at the same time is the caller's mistake and traps.
struct SubscriptionBuffer<Element: Sendable, Waiter>: ~Copyable {
    enum Offer {
        /// Kept for later.
        case kept
        /// Handed to a reader that waited; resume it.
        case handedOver(Waiter)
        /// Kept, and an older element dropped, or not kept.
        case dropped
        /// The subscription is over; forget it.
        case ended
    }

    enum Next {
        case element(Element)
        case wait
        case end
    }

    private let policy: DeliveryPolicy
    private var kept: RingBuffer<Element>
    private var waiter: Waiter?
    private(set) var endReason: SubscriptionEndReason?
    private(set) var delivered: UInt64 = 0
    private(set) var dropped: UInt64 = 0

    init(policy: DeliveryPolicy) {
        self.policy = policy
        self.kept = RingBuffer(capacity: policy.limit)
    }

    mutating func offer(_ element: Element) -> Offer {
        guard endReason == nil else { return .ended }
        if let waiter {
            self.waiter = nil
            delivered += 1
            return .handedOver(waiter)
        }
        if !kept.isFull {
            kept.append(element)
            return .kept
        }
        dropped += 1
        switch policy.overflow {
        case .dropOldest:
            kept.removeFirst()
            kept.append(element)
            return .dropped
        case .dropNewest:
            return .dropped
        case .endSubscription:
            endReason = .overflowed
            return .ended
        }
    }

    mutating func next() -> Next {
        if let element = kept.removeFirst() {
            delivered += 1
            return .element(element)
        }
        return endReason == nil ? .wait : .end
    }

    /// Remembers a reader to hand the next element to. Call only after ``next()`` said `.wait`, without another event in between.
    mutating func await(_ waiter: Waiter) {
        precondition(self.waiter == nil, "a subscription has one reader at a time")
        self.waiter = waiter
    }

    /// The reader's task was cancelled: the sequence is over for it, and what was kept is freed.
    mutating func cancel() -> Waiter? {
        kept.removeAll()
        return finish(.cancelled)
    }

    /// No more elements will come; what was kept can still be read.
    mutating func finish(_ reason: SubscriptionEndReason) -> Waiter? {
        if endReason == nil { endReason = reason }
        defer { waiter = nil }
        return waiter
    }
}
