/// Why a subscription gives no more elements.
public enum SubscriptionEndReason: Sendable, Hashable {
    /// The channel was finished.
    case finished
    /// The reader was too slow for ``DeliveryPolicy/end(beyond:)``.
    case overflowed
    /// The reading task was cancelled, or ``Subscription/cancel()`` was called.
    case cancelled
}

/// One reader's view of a ``Channel``, as an asynchronous sequence.
///
/// Read it with one `for await` loop at a time. The subscription ends when the channel is finished, when the reading task is
/// cancelled, or when the last reference to it is gone. It holds no thread and no task.
public final class Subscription<Element: Sendable>: AsyncSequence, Sendable {
    private let storage: SubscriptionStorage<Element>
    private let unsubscribe: @Sendable () -> Void

    init(storage: SubscriptionStorage<Element>, unsubscribe: @escaping @Sendable () -> Void) {
        self.storage = storage
        self.unsubscribe = unsubscribe
    }

    deinit {
        cancel()
    }

    /// Ends the subscription; a waiting reader gets `nil`. Calling it twice does nothing.
    public func cancel() {
        storage.cancel()
        unsubscribe()
    }

    /// Why no more elements come; `nil` while they may.
    public var endReason: SubscriptionEndReason? { storage.statistics.endReason }

    /// How many elements were handed to the reader.
    public var deliveredCount: UInt64 { storage.statistics.delivered }

    /// How many elements the reader will never see because it was too slow.
    public var droppedCount: UInt64 { storage.statistics.dropped }

    /// Reads the subscription.
    public func makeAsyncIterator() -> Iterator { Iterator(subscription: self) }

    /// Reads elements one after the other.
    public struct Iterator: AsyncIteratorProtocol {
        let subscription: Subscription

        /// Waits for the next element; `nil` once the subscription has ended or the task is cancelled.
        public mutating func next() async -> Element? {
            await subscription.storage.next()
        }

        /// Waits for the next element; `nil` once the subscription has ended or the task is cancelled.
        public mutating func next(isolation actor: isolated (any Actor)?) async -> Element? {
            await subscription.storage.next()
        }
    }
}

/// The lock around a ``SubscriptionBuffer``; continuations are resumed after it is released.
final class SubscriptionStorage<Element: Sendable>: Sendable {
    typealias Waiter = CheckedContinuation<Element?, Never>

    private let buffer: Locked<SubscriptionBuffer<Element, Waiter>>

    init(policy: DeliveryPolicy) {
        buffer = Locked(SubscriptionBuffer(policy: policy))
    }

    /// Keeps the element, or gives the reader that waits for it and must be resumed with it.
    func offer(_ element: Element) -> SubscriptionBuffer<Element, Waiter>.Offer {
        buffer.withLock { $0.offer(element) }
    }

    func next() async -> Element? {
        await withTaskCancellationHandler {
            await withCheckedContinuation { waiter in
                let now: SubscriptionBuffer<Element, Waiter>.Next = buffer.withLock { buffer in
                    let next = buffer.next()
                    if case .wait = next { buffer.await(waiter) }
                    return next
                }
                switch now {
                case .element(let element): waiter.resume(returning: element)
                case .end: waiter.resume(returning: nil)
                case .wait: break
                }
            }
        } onCancel: {
            cancel()
        }
    }

    func cancel() {
        buffer.withLock { $0.cancel() }?.resume(returning: nil)
    }

    func finish() {
        buffer.withLock { $0.finish(.finished) }?.resume(returning: nil)
    }

    var statistics: (delivered: UInt64, dropped: UInt64, endReason: SubscriptionEndReason?) {
        buffer.withLock { ($0.delivered, $0.dropped, $0.endReason) }
    }
}
