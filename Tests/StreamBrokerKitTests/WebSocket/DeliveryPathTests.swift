import SeededRandom
import StreamBrokerKit
import Testing

/// Frames go straight to a viewer's socket, or wait, or go through NIO, and change from one to the other at any moment.
@Suite struct DeliveryPathTests {
    /// What happens next in one of many random lives of a viewer.
    private enum Step: CaseIterable {
        case frame, smallFrames, largeFrames, question, ping, rate, everyFrame, acknowledge, catchUp
    }

    /// What the viewer has seen.
    private struct Seen {
        let isTagged: Bool
        var last: UInt32 = 0
        var acknowledges = false

        mutating func take(_ payload: [UInt8]) {
            let picture = payload.dropFirst(isTagged ? FrameHeader.length : 0)
            let number = TestFrames.number(of: picture)
            #expect(number > last, "a frame that is no news")
            let isWhole = TestFrames.isWhole(picture)
            #expect(isWhole, "a torn frame")
            if isTagged { #expect(FrameHeader(parsing: payload)?.sequence == UInt64(number)) }
            last = number
        }
    }

    @Test(arguments: 1...12)
    func whateverHappensFramesAreWholeAndNewAndTheLastOneComes(seed: UInt64) async throws {
        let isTagged = seed.isMultiple(of: 2)
        try await withRunningBroker(configure: { $1.maximumMessagesPerSecond = 100_000 }) { broker, port in
            let channel = try broker.channel("a")
            try channel.publish(Frame(image: TestFrames.webp(number: 1)))
            let subprotocol = isTagged ? FrameHeader.subprotocol : nil
            // So little that a large frame never fits.
            try await WebSocketTestClient.run(
                port: port,
                "/ws/a",
                subprotocol: subprotocol,
                receiveBuffer: 8_192
            ) { client, reader in
                var random = SeededRandom(seed: seed)
                var seen = Seen(isTagged: isTagged)
                var published: UInt32 = 1

                func publish(_ count: Int, byteCount: Int) async throws {
                    for _ in 0..<count {
                        published += 1
                        try channel.publish(Frame(image: TestFrames.webp(number: published, byteCount: byteCount)))
                        try await eventLoopsHaveCaughtUp()
                    }
                }
                func catchUp() async throws {
                    while seen.last < published {
                        let message = try #require(await reader.next(), "the connection ended")
                        switch message.opcode {
                        case .binary:
                            seen.take(message.payload)
                            if seen.acknowledges { try await client.send(#"{"type":"ack","sequence":\#(seen.last)}"#) }
                        case .ping: try await client.send(0x8A, message.payload)
                        default: break
                        }
                    }
                }

                try await catchUp()
                for _ in 0..<120 {
                    switch Step.allCases.randomElement(using: &random) {
                    case .frame: try await publish(1, byteCount: 2 * Int.random(in: 20...2_000, using: &random))
                    case .smallFrames: try await publish(Int.random(in: 2...9, using: &random), byteCount: 1_000)
                    case .largeFrames: try await publish(Int.random(in: 1...5, using: &random), byteCount: 100_000)
                    case .question: try await client.send(#"{"type":"ping","t":1}"#)
                    case .ping: try await client.send(0x89, [1, 2, 3])
                    case .rate: try await client.send(#"{"type":"rate","fps":500}"#)
                    case .everyFrame: try await client.send(#"{"type":"rate","fps":0}"#)
                    case .acknowledge where isTagged && seed.isMultiple(of: 4):
                        seen.acknowledges = true
                        try await client.send(#"{"type":"ack","sequence":\#(seen.last)}"#)
                    default: try await catchUp()
                    }
                }
                try await catchUp()
                try await eventLoopsHaveCaughtUp()
                let tally = channel.deliveryTally
                #expect(tally.delivered + tally.replaced + tally.thinned == UInt64(published))
                #expect(tally.cutOff == 0)
            }
        }
    }
}
