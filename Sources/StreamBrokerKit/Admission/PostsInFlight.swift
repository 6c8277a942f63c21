import StreamBrokerCore

/// The frames that are being received, and the memory that they take: more than there is room for are refused before they are read.
package final class PostsInFlight: Sendable {
    private struct Load {
        var count = 0
        var bytes = 0
    }

    private let maximumCount: Int
    private let maximumBytes: Int
    private let state = Locked(Load())

    package init(maximumCount: Int, maximumBytes: Int) {
        self.maximumCount = maximumCount
        self.maximumBytes = maximumBytes
    }

    /// How many there are, and how many bytes of them have come.
    package var load: (count: Int, bytes: Int) { state.withLock { ($0.count, $0.bytes) } }

    /// A place for one more; `nil` when there is none.
    package func begin() -> PostInFlight? {
        let isAdmitted = state.withLock { load in
            guard load.count < maximumCount, load.bytes < maximumBytes else { return false }
            load.count += 1
            return true
        }
        return isAdmitted ? PostInFlight(self) : nil
    }

    fileprivate func take(_ amount: Int) -> Bool {
        state.withLock { load in
            guard load.bytes + amount <= maximumBytes else { return false }
            load.bytes += amount
            return true
        }
    }

    fileprivate func giveBack(_ amount: Int) {
        state.withLock { load in
            load.count -= 1
            load.bytes -= amount
        }
    }
}

/// A frame that is being received, for as long as the value exists.
package struct PostInFlight: ~Copyable {
    private let posts: PostsInFlight
    private var received = 0

    fileprivate init(_ posts: PostsInFlight) {
        self.posts = posts
    }

    /// Notes bytes that came. Answers whether there is room for them.
    package mutating func receive(_ amount: Int) -> Bool {
        guard posts.take(amount) else { return false }
        received += amount
        return true
    }

    deinit {
        posts.giveBack(received)
    }
}
