package import NIOCore
import StreamBrokerCore
import Synchronization

/// How many connections there are and were.
package struct ConnectionCounts: Sendable {
    package var open = 0
    package var accepted: UInt64 = 0
    package var refused: [ConnectionLimit: UInt64] = [:]
}

/// Why a connection is not let in. The names are labels on a metric.
package enum ConnectionLimit: String, Error, Sendable, CaseIterable {
    case total, address, flood, draining
}

/// The connections that are open, so that they can be counted, limited, and asked to finish.
package final class ConnectionRegistry: Sendable {
    private struct State {
        var counts = ConnectionCounts()
        var open: [ObjectIdentifier: any NIOCore.Channel] = [:]
        var byAddress: [AddressBlock: Int] = [:]
        var isDraining = false
        var whenEmpty: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Locked(State())
    /// What the state says, for posts, which all streams have and which take no lock that all share.
    private let drains = Atomic(false)
    private let limit: Int
    private let limitPerAddress: Int
    private let trustedProxies: TrustedProxies
    private let lockouts: AddressLockouts

    package init(
        limit: Int,
        limitPerAddress: Int = .max,
        trustedProxies: TrustedProxies = TrustedProxies(),
        lockouts: AddressLockouts = AddressLockouts(duration: .zero)
    ) {
        self.trustedProxies = trustedProxies
        self.lockouts = lockouts
        self.limit = limit
        self.limitPerAddress = limitPerAddress
    }

    /// For how long whoever floods is locked out.
    var lockout: Duration { lockouts.duration }

    package var counts: ConnectionCounts { state.withLock { $0.counts } }

    var isDraining: Bool { drains.load(ordering: .acquiring) }

    /// Notes a new connection, and its end when it comes.
    ///
    /// - Throws: ``ConnectionLimit`` when it is not let in.
    package func admit(_ connection: any NIOCore.Channel) throws(ConnectionLimit) {
        let block = block(of: connection)
        let isLockedOut = block.map { lockouts.isLockedOut($0, now: SystemClock.steadyTime) } ?? false
        let refusal: ConnectionLimit? = state.withLock { state in
            if let reached = isLockedOut ? .flood : limitReached(state, block) {
                state.counts.refused[reached, default: 0] += 1
                return reached
            }
            if let block { state.byAddress[block, default: 0] += 1 }
            state.open[ObjectIdentifier(connection)] = connection
            state.counts.open += 1
            state.counts.accepted += 1
            return nil
        }
        if let refusal { throw refusal }
        let key = ObjectIdentifier(connection)
        connection.closeFuture.whenComplete { [self] _ in remove(key, block) }
    }

    /// Notes a connection that goes on under another channel, which is none more. Answers whether it may.
    func adopt(_ connection: any NIOCore.Channel) -> Bool {
        let block = block(of: connection)
        let adopted = state.withLock { state in
            guard !state.isDraining else { return false }
            if let block { state.byAddress[block, default: 0] += 1 }
            state.open[ObjectIdentifier(connection)] = connection
            state.counts.open += 1
            return true
        }
        guard adopted else { return false }
        let key = ObjectIdentifier(connection)
        connection.closeFuture.whenComplete { [self] _ in remove(key, block) }
        return true
    }

    /// Asks every connection to finish and takes no new one.
    func drain() {
        let open = state.withLock { state in
            state.isDraining = true
            drains.store(true, ordering: .releasing)
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

    /// What a connection counts for; `nil` for this machine, and for a proxy, behind which there are many.
    private func block(of connection: any NIOCore.Channel) -> AddressBlock? {
        guard let address = connection.remoteAddress, !trustedProxies.contains(address) else { return nil }
        return AddressBlock(address)
    }

    private func limitReached(_ state: State, _ block: AddressBlock?) -> ConnectionLimit? {
        guard !state.isDraining else { return .draining }
        guard state.open.count < limit else { return .total }
        guard let block, state.byAddress[block, default: 0] >= limitPerAddress else { return nil }
        return .address
    }

    private func remove(_ key: ObjectIdentifier, _ block: AddressBlock?) {
        let waiters = state.withLock { state in
            guard state.open.removeValue(forKey: key) != nil else { return [CheckedContinuation<Void, Never>]() }
            state.counts.open -= 1
            if let block, let count = state.byAddress[block] { state.byAddress[block] = count > 1 ? count - 1 : nil }
            guard state.open.isEmpty else { return [] }
            defer { state.whenEmpty = [] }
            return state.whenEmpty
        }
        for waiter in waiters { waiter.resume() }
    }
}
