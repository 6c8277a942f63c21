import Logging
import NIOCore
import StreamBrokerCore
import Synchronization

/// The policy that is in force, who must be asked again when it changes, and the record of refusals.
final class AccessControl: Sendable {
    private struct State {
        var policy: AccessPolicy
        var watches: [UInt64: @Sendable () -> Void] = [:]
        var nextWatch: UInt64 = 0
    }

    private struct Record {
        var counts: [AccessDenial.Reason: UInt64] = [:]
        var allowance = DenialAllowance()
    }

    private let state: Locked<State>
    // What the state says, for posts: those of all streams ask, and take no lock that all share.
    private let number = Atomic<UInt64>(0)
    private let open: Atomic<Bool>
    private let record = Locked(Record())
    private let logger: Logger

    init(policy: AccessPolicy, logger: Logger) {
        state = Locked(State(policy: policy))
        open = Atomic(policy.isOpen)
        self.logger = logger
    }

    var policy: AccessPolicy { state.withLock { $0.policy } }

    /// Counts the policies. It does not grow before the policy is the new one.
    var generation: UInt64 { number.load(ordering: .acquiring) }

    /// Whether there is nothing to control.
    var isOpen: Bool { open.load(ordering: .acquiring) }

    /// Puts another policy into force, and has everybody who is connected asked again.
    func replace(_ policy: AccessPolicy) {
        let watches = state.withLock { state in
            state.policy = policy
            open.store(policy.isOpen, ordering: .releasing)
            number.add(1, ordering: .releasing)
            return Array(state.watches.values)
        }
        for changed in watches { changed() }
    }

    /// How many connections are asked again after a change.
    var watchCount: Int { state.withLock { $0.watches.count } }

    /// Calls back after every change of the policy, on any thread, until ``unwatch(_:)``.
    func watch(_ changed: @escaping @Sendable () -> Void) -> UInt64 {
        state.withLock { state in
            state.nextWatch += 1
            state.watches[state.nextWatch] = changed
            return state.nextWatch
        }
    }

    func unwatch(_ watch: UInt64) {
        state.withLock { $0.watches[watch] = nil }
    }

    // MARK: The record

    /// How often there was a refusal, by its reason.
    var denials: [AccessDenial.Reason: UInt64] { record.withLock { $0.counts } }

    /// Counts a refusal, and logs it if not too many of the same address were.
    ///
    /// - Parameter kind: What was asked for, as ``Route/kind``.
    func note(_ denial: AccessDenial, of kind: String, streams: [StreamID] = [], from address: SocketAddress?) {
        let block = address.flatMap(AddressBlock.init)
        let line = record.withLock { record in
            record.counts[denial.reason, default: 0] += 1
            return record.allowance.note(block, now: SystemClock.steadyTime)
        }
        guard case .logged(let unlogged) = line else { return }
        var metadata: Logger.Metadata = [
            "reason": "\(denial.reason.rawValue)", "request": "\(kind)",
            "address": "\(address?.ipAddress ?? "unix")",
        ]
        if let stream = streams.first { metadata["stream"] = "\(stream)" }
        if let name = denial.name { metadata["token"] = "\(name)" }
        if unlogged > 0 { metadata["unlogged_before"] = "\(unlogged)" }
        logger.notice("access denied", metadata: metadata)
    }
}
