import StreamBrokerCore

/// The addresses that flooded the server, and from which nothing new is taken for a while.
///
/// Why: each connection of a flood ends by its own limit, and costs the most at its beginning. Whoever comes back at once, again and again,
/// would keep the server busy with that.
package final class AddressLockouts: Sendable {
    private struct Offender {
        var floodCount = 0
        /// Floods are counted for ``AddressLockouts/window`` from here on, in µs of the steady clock.
        var countedFrom: Int64
        var lockedUntil: Int64?
    }

    private struct State {
        var offenders: [AddressBlock: Offender] = [:]
        /// When there may be somebody to forget, which takes a while to look for.
        var nextLook = Int64.min
    }

    /// How many floods there may be within ``window``.
    package static let toleratedFloods = 2
    package static let window: Duration = .seconds(60)
    /// How many addresses are remembered. When there are more, those that are not yet do as they like within every other limit.
    package static let maximumOffenders = 10_000

    /// How long nothing new is taken; zero for never locking anybody out.
    package let duration: Duration
    private let state = Locked(State())

    package init(duration: Duration) {
        self.duration = duration
    }

    /// Counts a flood.
    ///
    /// - Parameter now: µs of the steady clock.
    /// - Returns: Whether the address is locked out by it, and was not before.
    package func noteFlood(by address: AddressBlock, now: Int64) -> Bool {
        guard duration > .zero else { return false }
        return state.withLock { state in
            if state.offenders[address] == nil, state.offenders.count >= Self.maximumOffenders {
                guard now >= state.nextLook else { return false }
                state.nextLook = now + 1_000_000
                state.offenders = state.offenders.filter { isRemembered($0.value, now: now) }
                guard state.offenders.count < Self.maximumOffenders else { return false }
            }
            var offender = state.offenders[address] ?? Offender(countedFrom: now)
            if !isRemembered(offender, now: now) { offender = Offender(countedFrom: now) }
            offender.floodCount += 1
            let isNew = offender.lockedUntil == nil && offender.floodCount > Self.toleratedFloods
            if isNew { offender.lockedUntil = now + duration.wholeMicroseconds }
            state.offenders[address] = offender
            return isNew
        }
    }

    /// Whether nothing new is taken from an address.
    ///
    /// - Parameter now: µs of the steady clock.
    package func isLockedOut(_ address: AddressBlock, now: Int64) -> Bool {
        guard duration > .zero else { return false }
        return state.withLock { state in
            guard let offender = state.offenders[address] else { return false }
            if !isRemembered(offender, now: now) { state.offenders[address] = nil }
            return offender.lockedUntil.map { now < $0 } ?? false
        }
    }

    /// How many addresses are locked out.
    package func count(now: Int64) -> Int {
        state.withLock { state in state.offenders.values.count { $0.lockedUntil.map { now < $0 } ?? false } }
    }

    private func isRemembered(_ offender: Offender, now: Int64) -> Bool {
        now < offender.lockedUntil ?? offender.countedFrom + Self.window.wholeMicroseconds
    }
}
