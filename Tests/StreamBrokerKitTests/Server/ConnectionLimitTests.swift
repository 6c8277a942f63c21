import NIOCore
import NIOEmbedded
import StreamBrokerKit
import Testing

@Suite struct ConnectionLimitTests {
    private func connection(from address: String) throws -> EmbeddedChannel {
        let channel = EmbeddedChannel()
        channel.remoteAddress = try SocketAddress(ipAddress: address, port: 1)
        return channel
    }

    @Test func anAddressHasItsShareAndGetsItBack() throws {
        let registry = ConnectionRegistry(limit: 10, limitPerAddress: 2)
        let first = try connection(from: "192.0.2.1")
        try registry.admit(first)
        try registry.admit(try connection(from: "192.0.2.1"))
        #expect(throws: ConnectionLimit.address) { try registry.admit(connection(from: "192.0.2.1")) }
        try registry.admit(try connection(from: "192.0.2.2"))
        #expect(registry.counts.refused == [.address: 1])
        first.close(promise: nil)
        first.embeddedEventLoop.run()
        try registry.admit(try connection(from: "192.0.2.1"))
        #expect(registry.counts.open == 3)
    }

    @Test func thisMachineIsLimitedInAllOnly() throws {
        let registry = ConnectionRegistry(limit: 5, limitPerAddress: 1)
        for _ in 0..<5 { try registry.admit(try connection(from: "127.0.0.1")) }
        #expect(throws: ConnectionLimit.total) { try registry.admit(connection(from: "127.0.0.1")) }
        #expect(registry.counts.refused == [.total: 1])
    }

    @Test func anAddressThatFloodedIsRefused() throws {
        let lockouts = AddressLockouts(duration: .seconds(60))
        let registry = ConnectionRegistry(limit: 10, lockouts: lockouts)
        let flooder = try connection(from: "192.0.2.1")
        let block = try #require(flooder.remoteAddress.flatMap(AddressBlock.init))
        let now = SystemClock.steadyTime
        for _ in 0...AddressLockouts.toleratedFloods { _ = lockouts.noteFlood(by: block, now: now) }
        #expect(throws: ConnectionLimit.flood) { try registry.admit(flooder) }
        try registry.admit(try connection(from: "192.0.2.2"))
        #expect(registry.counts.refused == [.flood: 1])
    }
}

@Suite struct ConnectionRefusalTests {
    /// What a client is sent that is not let in, and whether its connection is closed at once.
    private func outcome(_ reason: ConnectionLimit, isEncrypted: Bool) throws -> (answer: String?, isClosed: Bool) {
        let refusal = ConnectionRefusal(reason, lockout: .seconds(7), isEncrypted: isEncrypted)
        let channel = EmbeddedChannel(handler: refusal)
        try channel.connect(to: SocketAddress(ipAddress: "192.0.2.1", port: 1)).wait()
        let answer = try channel.readOutbound(as: ByteBuffer.self).map { String(buffer: $0) }
        let isClosed = !channel.isActive
        _ = try? channel.finish(acceptAlreadyClosed: true)
        return (answer, isClosed)
    }

    @Test func whoFloodedIsToldForHowLongAndNotWaitedFor() throws {
        let (answer, isClosed) = try outcome(.flood, isEncrypted: false)
        #expect(answer?.hasPrefix("HTTP/1.1 429 ") == true && answer?.contains("\r\nRetry-After: 7\r\n") == true)
        #expect(isClosed)
    }

    @Test func plainTextIsNotSentToWhoExpectsTLS() throws {
        let (answer, isClosed) = try outcome(.flood, isEncrypted: true)
        #expect(answer == nil && isClosed)
    }

    @Test(arguments: [ConnectionLimit.total, .address])
    func whoFindsNoRoomIsToldSo(_ reason: ConnectionLimit) throws {
        let (answer, _) = try outcome(reason, isEncrypted: false)
        #expect(answer?.hasPrefix("HTTP/1.1 429 ") == true && answer?.contains("\r\nRetry-After: 1\r\n") == true)
    }

    @Test func whoComesToAServerThatStopsIsToldSo() throws {
        let (answer, _) = try outcome(.draining, isEncrypted: false)
        #expect(answer?.hasPrefix("HTTP/1.1 503 ") == true && answer?.contains("shutting down") == true)
    }
}

@Suite struct PostsInFlightTests {
    private func hasPlace(_ posts: PostsInFlight) -> Bool {
        guard let post = posts.begin() else { return false }
        _ = consume post
        return true
    }

    @Test func placesAndBytesComeBack() {
        let posts = PostsInFlight(maximumCount: 1, maximumBytes: 100)
        do {
            guard var post = posts.begin() else {
                Issue.record("there was no place")
                return
            }
            let isSecondRefused = !hasPlace(posts)
            let fits = post.receive(100)
            let isTooMuchRefused = !post.receive(1)
            #expect(isSecondRefused && fits && isTooMuchRefused)
            #expect(posts.load.bytes == 100)
        }
        #expect(posts.load.count == 0 && posts.load.bytes == 0)
        #expect(hasPlace(posts))
    }
    @Test func manyAtOnceNeverHoldMoreThanThereIs() async {
        let posts = PostsInFlight(maximumCount: 3, maximumBytes: 250)
        let taken = await withTaskGroup { group in
            for _ in 0..<8 {
                group.addTask {
                    var taken = 0
                    for _ in 0..<2_000 {
                        guard var post = posts.begin() else { continue }
                        if post.receive(100) { taken += 1 }
                        let load = posts.load
                        #expect(load.count <= 3 && load.bytes <= 250)
                        _ = consume post
                    }
                    return taken
                }
            }
            return await group.reduce(0, +)
        }
        #expect(taken > 0)
        #expect(posts.load.count == 0 && posts.load.bytes == 0)
    }
}
