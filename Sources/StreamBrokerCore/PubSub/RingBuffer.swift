/// A first-in, first-out buffer of fixed capacity that grows to it only when needed.
struct RingBuffer<Element> {
    private var storage: [Element?] = []
    private var head = 0
    private(set) var count = 0
    let capacity: Int

    init(capacity: Int) {
        self.capacity = capacity
    }

    var isFull: Bool { count == capacity }

    mutating func append(_ element: Element) {
        precondition(!isFull)
        if count == storage.count { grow() }
        storage[(head + count) % storage.count] = element
        count += 1
    }

    @discardableResult
    mutating func removeFirst() -> Element? {
        guard count > 0 else { return nil }
        defer {
            storage[head] = nil
            head = (head + 1) % storage.count
            count -= 1
        }
        return storage[head]
    }

    mutating func removeAll() {
        storage = []
        head = 0
        count = 0
    }

    private mutating func grow() {
        var larger: [Element?] = []
        let size = min(capacity, max(1, storage.count * 2))
        larger.reserveCapacity(size)
        for index in 0..<count { larger.append(storage[(head + index) % storage.count]) }
        for _ in count..<size { larger.append(nil) }
        storage = larger
        head = 0
    }
}
