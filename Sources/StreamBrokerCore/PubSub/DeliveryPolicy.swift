/// What a subscription keeps for a reader that is slower than the publisher. Publishing never waits, whatever the policy.
public struct DeliveryPolicy: Sendable, Hashable {
    enum Overflow: Sendable, Hashable {
        case dropOldest, dropNewest, endSubscription
    }

    let limit: Int
    let overflow: Overflow

    /// Keeps the newest element only; it replaces one that was not read yet. For live pictures.
    public static let latest = DeliveryPolicy(limit: 1, overflow: .dropOldest)

    /// Keeps up to `limit` elements in order; a newer one drops the oldest.
    ///
    /// - Precondition: `limit` is at least 1.
    public static func dropOldest(limit: Int) -> DeliveryPolicy {
        DeliveryPolicy(limit: limit, overflow: .dropOldest)
    }

    /// Keeps up to `limit` elements in order; a newer one is dropped while they are full.
    ///
    /// - Precondition: `limit` is at least 1.
    public static func dropNewest(limit: Int) -> DeliveryPolicy {
        DeliveryPolicy(limit: limit, overflow: .dropNewest)
    }

    /// Keeps up to `limit` elements in order and loses none; one too many ends the subscription after what it kept was read.
    ///
    /// - Precondition: `limit` is at least 1.
    public static func end(beyond limit: Int) -> DeliveryPolicy {
        DeliveryPolicy(limit: limit, overflow: .endSubscription)
    }

    private init(limit: Int, overflow: Overflow) {
        precondition(limit >= 1, "a subscription keeps at least one element")
        self.limit = limit
        self.overflow = overflow
    }
}
