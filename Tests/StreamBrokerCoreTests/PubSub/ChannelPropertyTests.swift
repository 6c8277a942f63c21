import SeededRandom
import StreamBrokerCore
import Testing

/// What a channel promises, whatever the timing: random publishers, policies, paces and cancellations at the same time.
@Suite struct ChannelPropertyTests {
    private struct Numbered: Sendable, Hashable {
        var publisher: Int
        var number: Int
    }

    private enum Policy: CaseIterable {
        case latest, dropOldest, dropNewest, end

        func make(limit: Int) -> DeliveryPolicy {
            switch self {
            case .latest: .latest
            case .dropOldest: .dropOldest(limit: limit)
            case .dropNewest: .dropNewest(limit: limit)
            case .end: .end(beyond: limit)
            }
        }
    }

    /// What one reader saw.
    private struct Seen: Sendable {
        var elements: [Numbered] = []
        var delivered: UInt64 = 0
        var dropped: UInt64 = 0
        var reason: SubscriptionEndReason?
    }

    private static let publishers = 3
    private static let perPublisher = 400

    @Test(arguments: 0..<16) func holdsWhateverTheTiming(seed: UInt64) async throws {
        var random = SeededRandom(seed: seed)
        let channel = Channel<Numbered>()
        let total = Self.publishers * Self.perPublisher
        let readers = (0..<8).map { _ in
            let policy = Policy.allCases.randomElement(using: &random) ?? .latest
            // Sometimes so much room that nothing may be lost.
            let limit = Bool.random(using: &random) ? total : Int.random(in: 1...20, using: &random)
            let pause = Int.random(in: 0...8, using: &random)
            let cancelsAfter = Int.random(in: 0..<4, using: &random) == 0 ? Int.random(in: 1...30, using: &random) : nil
            let subscription = channel.subscribe(policy.make(limit: limit))
            let task = Task { await Self.read(subscription, pause: pause, cancelsAfter: cancelsAfter) }
            return (policy: policy, limit: limit, cancels: cancelsAfter != nil, task: task)
        }
        try await Self.publish(to: channel)
        let newest = try #require(channel.latest)
        channel.finish()

        for reader in readers {
            let seen = await reader.task.value
            Self.expectOrder(seen.elements)
            #expect(seen.delivered == UInt64(seen.elements.count))
            if reader.cancels {
                #expect(seen.reason == .cancelled || seen.reason == .finished || seen.reason == .overflowed)
                continue
            }
            let hasRoom = reader.limit >= total && reader.policy != .latest
            if hasRoom {
                #expect(seen.elements.count == total && seen.dropped == 0, "lost in spite of room")
            }
            switch reader.policy {
            case .latest, .dropOldest:
                #expect(seen.elements.last == newest, "the newest arrives")
                #expect(seen.delivered + seen.dropped == UInt64(total), "every element is accounted for")
            case .dropNewest:
                #expect(seen.delivered + seen.dropped == UInt64(total), "every element is accounted for")
            case .end:
                #expect(seen.reason == (seen.elements.count == total ? .finished : .overflowed))
            }
        }
        #expect(channel.subscriberCount == 0)
    }

    /// A reader that waits holds no thread: 10,000 of them cost none.
    @Test func subscribersCostNoThread() async throws {
        guard let before = ThreadCount.current else { return }
        let channel = Channel<Int>()
        let subscriptions = (0..<10_000).map { _ in channel.subscribe(.latest) }
        let readers = subscriptions.map { subscription in
            Task {
                for await element in subscription { return element }
                return -1
            }
        }
        // Once every reader has got one, all of them have run; then as many wait again.
        try channel.publish(7)
        for reader in readers { #expect(await reader.value == 7) }
        let waiting = subscriptions.map { subscription in
            Task { for await element in subscription where element == 9 { return } }
        }
        try channel.publish(8)
        let during = try #require(ThreadCount.current)
        #expect(during - before < 16, "\(before) threads before, \(during) with 10,000 subscribers")
        try channel.publish(9)
        for reader in waiting { await reader.value }
    }

    /// Network viewers hang on a sink: it has the element before the first of any number of subscribers is looked at.
    @Test func sinksComeBeforeSubscribers() throws {
        let channel = Channel<Int>()
        let subscription = channel.subscribe(.dropNewest(limit: 1))
        let sink = channel.sink(orAttach: { DropWatch(subscription: subscription) })
        for number in 1...3 { try channel.publish(number) }
        // While the sink gets the third, the second has been dropped and the third has not been offered yet.
        #expect(sink.droppedWhenReceiving == [0, 0, 1])
    }

    private static func read(_ subscription: Subscription<Numbered>, pause: Int, cancelsAfter: Int?) async -> Seen {
        var seen = Seen()
        for await element in subscription {
            seen.elements.append(element)
            if seen.elements.count == cancelsAfter { subscription.cancel() }
            for _ in 0..<pause { await Task.yield() }
        }
        seen.delivered = subscription.deliveredCount
        seen.dropped = subscription.droppedCount
        seen.reason = subscription.endReason
        return seen
    }

    private static func publish(to channel: Channel<Numbered>) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for publisher in 0..<publishers {
                group.addTask {
                    for number in 1...perPublisher {
                        try channel.publish(Numbered(publisher: publisher, number: number))
                        if number % 7 == publisher { await Task.yield() }
                    }
                }
            }
            try await group.waitForAll()
        }
    }

    private static func expectOrder(_ elements: [Numbered]) {
        var last = [Int](repeating: 0, count: publishers)
        for element in elements {
            #expect(element.number > last[element.publisher], "order went back")
            last[element.publisher] = element.number
        }
    }
}

/// Notes how many elements a subscription had dropped whenever an element comes.
private final class DropWatch: ChannelSink {
    private let subscription: Subscription<Int>
    private let noted = Locked<[UInt64]>([])

    init(subscription: Subscription<Int>) {
        self.subscription = subscription
    }

    var droppedWhenReceiving: [UInt64] { noted.withLock { $0 } }
    var subscriberCount: Int { 0 }

    func receive(_ element: Int) {
        let dropped = subscription.droppedCount
        noted.withLock { $0.append(dropped) }
    }

    func forgetLatest() {}
    func finish() {}
}
