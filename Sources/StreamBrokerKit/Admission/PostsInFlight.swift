import Synchronization

/// The frames that are being received, and the memory that they take: more than there is room for are refused before they are read.
///
/// Counters and no lock: all streams share them, and every post asks them.
package final class PostsInFlight: Sendable {
    private let maximumCount: Int
    private let maximumBytes: Int
    private let count = Atomic<Int>(0)
    private let bytes = Atomic<Int>(0)

    package init(maximumCount: Int, maximumBytes: Int) {
        self.maximumCount = maximumCount
        self.maximumBytes = maximumBytes
    }

    /// How many there are, and how many bytes of them have come.
    package var load: (count: Int, bytes: Int) {
        (count.load(ordering: .relaxed), bytes.load(ordering: .relaxed))
    }

    /// A place for one more; `nil` when there is none.
    package func begin() -> PostInFlight? {
        guard bytes.load(ordering: .relaxed) < maximumBytes, count.reserve(1, upTo: maximumCount) else { return nil }
        return PostInFlight(self)
    }

    fileprivate func take(_ amount: Int) -> Bool {
        bytes.reserve(amount, upTo: maximumBytes)
    }

    fileprivate func giveBack(_ amount: Int) {
        bytes.subtract(amount, ordering: .relaxed)
        count.subtract(1, ordering: .relaxed)
    }
}

extension Atomic where Value == Int {
    /// Adds if the sum stays within the limit. Answers whether it did.
    fileprivate func reserve(_ amount: Int, upTo limit: Int) -> Bool {
        var current = load(ordering: .relaxed)
        while current + amount <= limit {
            let (exchanged, original) = compareExchange(
                expected: current,
                desired: current + amount,
                ordering: .relaxed
            )
            if exchanged { return true }
            current = original
        }
        return false
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
