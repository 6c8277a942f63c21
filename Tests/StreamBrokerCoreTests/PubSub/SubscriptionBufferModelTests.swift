import SeededRandom
import StreamBrokerCore
import Testing

/// Random operations on real subscriptions, compared with the simplest model of each policy.
@Suite struct SubscriptionBufferModelTests {
    private enum Overflow: CaseIterable {
        case dropOldest, dropNewest, end
    }

    @Test(arguments: 0..<30) func behavesLikeItsModel(seed: Int) async throws {
        var random = SeededRandom(seed: UInt64(seed))
        for overflow in Overflow.allCases {
            let limit = Int.random(in: 1...5, using: &random)
            let policy: DeliveryPolicy =
                switch overflow {
                case .dropOldest: .dropOldest(limit: limit)
                case .dropNewest: .dropNewest(limit: limit)
                case .end: .end(beyond: limit)
                }
            let channel = Channel<Int>()
            let subscription = channel.subscribe(policy)
            var iterator = subscription.makeAsyncIterator()
            var model: [Int] = []
            var hasEnded = false
            var dropped: UInt64 = 0

            for value in 1...300 {
                if Bool.random(using: &random) || (model.isEmpty && !hasEnded) {
                    try channel.publish(value)
                    guard !hasEnded else { continue }
                    if model.count < limit {
                        model.append(value)
                    } else {
                        dropped += 1
                        switch overflow {
                        case .dropOldest: model = Array(model.dropFirst()) + [value]
                        case .dropNewest: break
                        case .end: hasEnded = true
                        }
                    }
                } else {
                    let expected = model.isEmpty ? nil : model.removeFirst()
                    #expect(await iterator.next() == expected)
                }
            }
            #expect(subscription.droppedCount == dropped)
        }
    }
}
