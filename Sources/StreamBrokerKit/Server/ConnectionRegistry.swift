import NIOCore
import StreamBrokerCore

/// How many connections there are and were.
struct ConnectionCounts: Sendable {
    var open = 0
    var accepted: UInt64 = 0
    var refused: UInt64 = 0
}

/// The connections that are open, so that they can be counted, limited, and asked to finish.
final class ConnectionRegistry: Sendable {
    private struct State {
        var counts = ConnectionCounts()
        var open: [ObjectIdentifier: any NIOCore.Channel] = [:]
        var isDraining = false
        var whenEmpty: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Locked(State())
    private let limit: Int

    init(limit: Int) {
        self.limit = limit
    }

    var counts: ConnectionCounts { state.withLock { $0.counts } }

    var isDraining: Bool { state.withLock { $0.isDraining } }

    /// Notes a new connection, and its end when it comes. Answers whether there is room for it.
    func admit(_ connection: any NIOCore.Channel) -> Bool {
        let admitted = state.withLock { state in
            guard !state.isDraining, state.open.count < limit else {
                state.counts.refused += 1
                return false
            }
            state.open[ObjectIdentifier(connection)] = connection
            state.counts.open += 1
            state.counts.accepted += 1
            return true
        }
        guard admitted else { return false }
        let key = ObjectIdentifier(connection)
        connection.closeFuture.whenComplete { [self] _ in remove(key) }
        return true
    }

    /// Notes a connection that goes on under another channel, which is none more. Answers whether it may.
    func adopt(_ connection: any NIOCore.Channel) -> Bool {
        let adopted = state.withLock { state in
            guard !state.isDraining else { return false }
            state.open[ObjectIdentifier(connection)] = connection
            state.counts.open += 1
            return true
        }
        guard adopted else { return false }
        let key = ObjectIdentifier(connection)
        connection.closeFuture.whenComplete { [self] _ in remove(key) }
        return true
    }

    /// Asks every connection to finish and takes no new one.
    func drain() {
        let open = state.withLock { state in
            state.isDraining = true
            return Array(state.open.values)
        }
        for connection in open { connection.pipeline.fireUserInboundEventTriggered(ServerIsShuttingDown()) }
    }

    /// Closes what is still open.
    func closeAll() {
        for connection in state.withLock({ Array($0.open.values) }) { connection.close(promise: nil) }
    }

    /// Returns once no connection is open.
    func waitUntilEmpty() async {
        await withCheckedContinuation { continuation in
            let isEmpty = state.withLock { state in
                if !state.open.isEmpty { state.whenEmpty.append(continuation) }
                return state.open.isEmpty
            }
            if isEmpty { continuation.resume() }
        }
    }

    private func remove(_ key: ObjectIdentifier) {
        let waiters = state.withLock { state in
            guard state.open.removeValue(forKey: key) != nil else { return [CheckedContinuation<Void, Never>]() }
            state.counts.open -= 1
            guard state.open.isEmpty else { return [] }
            defer { state.whenEmpty = [] }
            return state.whenEmpty
        }
        for waiter in waiters { waiter.resume() }
    }
}
