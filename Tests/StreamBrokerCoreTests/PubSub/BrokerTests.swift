import StreamBrokerCore
import Testing

@Suite struct BrokerTests {
    private let clock = ManualClock()

    private func broker(maximumStreams: Int = 10) -> Broker {
        var configuration = BrokerConfiguration()
        configuration.maximumStreams = maximumStreams
        return Broker(configuration: configuration, now: { [clock] in clock.now })
    }

    @Test func oneChannelPerStream() throws {
        let broker = broker()
        #expect(try broker.channel("a") === broker.channel("a"))
        #expect(try broker.channel("a") !== broker.channel("b"))
        #expect(broker.streamIDs.map(\.name) == ["a", "b"])
    }

    @Test func framesAreStamped() throws {
        let channel = try broker().channel("a")
        try channel.publish(Frame(image: TestImages.webp()))
        clock.advance(by: .seconds(1))
        try channel.publish(Frame(image: TestImages.webp()))
        #expect(channel.latest?.sequence == 2)
        #expect(channel.latest?.arrivalTime == clock.now)
    }

    @Test func aStaleSequenceIsRefusedAndChangesNothing() throws {
        let channel = try broker().channel("a")
        try channel.publish(Frame(image: TestImages.webp(width: 10), sequence: 5))
        #expect(throws: PublishError.staleSequence(5, last: 5)) {
            try channel.publish(Frame(image: TestImages.webp(width: 20), sequence: 5))
        }
        #expect(channel.latest?.dimensions?.width == 10)
        #expect(try channel.publish(Frame(image: TestImages.webp())).sequence == 6)
    }

    @Test func streamsAreLimited() throws {
        let broker = broker(maximumStreams: 2)
        _ = try broker.channel("a")
        _ = try broker.channel("b")
        #expect(throws: BrokerError.streamLimitReached(limit: 2)) { try broker.channel("c") }
        #expect(throws: Never.self) { try broker.channel("a") }
        #expect(broker.activeStreamCount == 2)
    }

    @Test func idleStreamsAreFreedAndMakeRoom() throws {
        let broker = broker(maximumStreams: 1)
        try broker.channel("a").publish(Frame(image: TestImages.webp()))
        #expect(broker.reapIdleStreams().isEmpty)
        clock.advance(by: broker.configuration.streamIdleTimeout - .seconds(1))
        #expect(broker.reapIdleStreams().isEmpty)
        clock.advance(by: .seconds(1))
        #expect(broker.reapIdleStreams().map(\.name) == ["a"])
        #expect(broker.activeStreamCount == 0)
        #expect(broker.existingChannel(try StreamID("a")) == nil)
        #expect(throws: Never.self) { try broker.channel("b") }
    }

    @Test func aStreamWithASubscriberIsKept() throws {
        let broker = broker()
        let subscription = try broker.channel("a").subscribe()
        _ = broker.reapIdleStreams()
        clock.advance(by: .seconds(3_600))
        #expect(broker.reapIdleStreams().isEmpty)
        subscription.cancel()
    }

    @Test func aHeldChannelComesBackWhenItIsUsedAgain() throws {
        let broker = broker()
        let held = try broker.channel("a")
        try held.publish(Frame(image: TestImages.webp()))
        _ = broker.reapIdleStreams()
        clock.advance(by: broker.configuration.streamIdleTimeout)
        #expect(broker.reapIdleStreams().count == 1)
        #expect(held.latest == nil)

        let receipt = try held.publish(Frame(image: TestImages.webp()))
        #expect(receipt.sequence == 2, "its numbers go on")
        #expect(try broker.channel("a") === held)
        #expect(broker.activeStreamCount == 1)
    }

    @Test func concurrentUseGivesOneChannelAndTheRightCount() async throws {
        let broker = Broker(configuration: BrokerConfiguration(), now: { [clock] in clock.now })
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<4 {
                group.addTask {
                    for index in 0..<500 {
                        _ = try? broker.channel("s\(index % 50)").publish(Frame(image: TestImages.webp()))
                        if index % 100 == 0 { broker.reapIdleStreams() }
                    }
                }
            }
        }
        #expect(broker.activeStreamCount == 50)
        #expect(broker.streamIDs.count == 50)
        let published = try broker.streamIDs.reduce(0) { try $0 + Int(broker.channel($1).publishedCount) }
        #expect(published == 2_000)
    }
}
