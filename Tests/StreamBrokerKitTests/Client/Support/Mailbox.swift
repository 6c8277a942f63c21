import Synchronization

/// Values that come from anywhere and that a test takes one after the other, waiting for them.
final class Mailbox<Value: Sendable>: Sendable {
    private let stream = AsyncStream<Value>.makeStream()

    func put(_ value: Value) { stream.continuation.yield(value) }

    func next() async throws -> Value {
        for await value in stream.stream { return value }
        throw CancellationError()
    }
}
