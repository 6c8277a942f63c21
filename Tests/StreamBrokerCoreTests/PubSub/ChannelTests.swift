import StreamBrokerCore
import Testing

@Suite struct ChannelTests {
    @Test func latestWinsForASlowReader() async throws {
        let channel = Channel<Int>()
        let subscription = channel.subscribe(.latest)
        for value in 1...100 { try channel.publish(value) }
        var iterator = subscription.makeAsyncIterator()
        #expect(await iterator.next() == 100)
        #expect(subscription.droppedCount == 99)
    }

    @Test func lateJoinersGetTheLastElement() async throws {
        let channel = Channel<String>()
        try channel.publish("kept")
        var iterator = channel.subscribe().makeAsyncIterator()
        #expect(await iterator.next() == "kept")
    }

    @Test func boundedPoliciesDropWhatTheirNameSays() async throws {
        let channel = Channel<Int>()
        let oldest = channel.subscribe(.dropOldest(limit: 3))
        let newest = channel.subscribe(.dropNewest(limit: 3))
        let ending = channel.subscribe(.end(beyond: 3))
        for value in 1...5 { try channel.publish(value) }
        channel.finish()
        #expect(await oldest.reduce(into: []) { $0.append($1) } == [3, 4, 5])
        #expect(await newest.reduce(into: []) { $0.append($1) } == [1, 2, 3])
        #expect(await ending.reduce(into: []) { $0.append($1) } == [1, 2, 3])
        #expect(ending.endReason == .overflowed)
        #expect(oldest.endReason == .finished)
    }

    @Test func publishingAfterTheEndThrows() {
        let channel = Channel<Int>()
        channel.finish()
        #expect(throws: PublishError.finished) { try channel.publish(1) }
    }

    @Test func subscribingAfterTheEndEndsAfterTheLatest() async throws {
        let channel = Channel<Int>()
        try channel.publish(7)
        channel.finish()
        #expect(await channel.subscribe().reduce(into: []) { $0.append($1) } == [7])
    }

    @Test func cancellationEndsAWaitingReader() async {
        let channel = Channel<Int>()
        let subscription = channel.subscribe()
        let reader = Task { await subscription.reduce(into: 0) { count, _ in count += 1 } }
        reader.cancel()
        #expect(await reader.value == 0)
        #expect(subscription.endReason == .cancelled)
    }

    @Test func aForgottenSubscriptionLeavesTheChannel() throws {
        let channel = Channel<Int>()
        do { _ = channel.subscribe() }
        #expect(channel.subscriberCount == 0)
        #expect(try channel.publish(1).subscribers == 0)
    }

    @Test func receiptsTellSequenceAndSubscribers() throws {
        let channel = Channel<Int>()
        let subscription = channel.subscribe()
        let first = try channel.publish(1)
        #expect((first.sequence, first.subscribers, first.replaced) == (1, 1, 0))
        let second = try channel.publish(2)
        #expect((second.sequence, second.subscribers, second.replaced) == (2, 1, 1))
        subscription.cancel()
        #expect(try channel.publish(3).subscribers == 0)
    }

    /// Many publishers and readers at once: each reader sees every publisher's numbers rise, and a lossless one misses none.
    @Test func orderAndCompletenessUnderConcurrency() async throws {
        struct Numbered: Sendable, Hashable {
            var publisher: Int
            var number: Int
        }
        let channel = Channel<Numbered>()
        let publishers = 4
        let perPublisher = 2_000
        let lossless = channel.subscribe(.end(beyond: publishers * perPublisher))
        let latest = (0..<4).map { _ in channel.subscribe(.latest) }

        let readers = latest.map { subscription in
            Task { () -> Bool in
                var last = [Int](repeating: 0, count: publishers)
                for await element in subscription {
                    guard element.number > last[element.publisher] else { return false }
                    last[element.publisher] = element.number
                }
                return true
            }
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for publisher in 0..<publishers {
                group.addTask {
                    for number in 1...perPublisher {
                        try channel.publish(Numbered(publisher: publisher, number: number))
                    }
                }
            }
            try await group.waitForAll()
        }
        channel.finish()
        for reader in readers { #expect(await reader.value) }
        var next = [Int](repeating: 1, count: publishers)
        for await element in lossless {
            #expect(element.number == next[element.publisher])
            next[element.publisher] += 1
        }
        #expect(next.allSatisfy { $0 == perPublisher + 1 })
    }

    @Test func theNewestArrivesAfterTheLastPublish() async throws {
        for round in 0..<200 {
            let channel = Channel<Int>()
            let subscription = channel.subscribe(.latest)
            let reader = Task { () -> Int? in
                for await value in subscription where value == 50 { return value }
                return nil
            }
            for value in 1...50 { try channel.publish(value) }
            #expect(await reader.value == 50, "round \(round)")
        }
    }

    @Test(.timeLimit(.minutes(1))) func subscriberCountsFollowThoseWhoComeAndGo() async throws {
        let channel = Channel<Int>()
        var counts = channel.subscriberCounts.makeAsyncIterator()
        #expect(await counts.next() == 0)
        var first: Subscription<Int>? = channel.subscribe()
        #expect(await counts.next() == 1)
        // A reader that was busy finds the newest count only.
        let second = channel.subscribe()
        first?.cancel()
        first = nil
        #expect(await counts.next() == 1)
        // Whoever asks later begins with the count of that moment.
        var later = channel.subscriberCounts.makeAsyncIterator()
        #expect(await later.next() == 1)
        second.cancel()
        #expect(await counts.next() == 0)
        #expect(await later.next() == 0)
        channel.finish()
        #expect(await counts.next() == nil)
    }
}
