package import NIOCore
import StreamBrokerCore

/// Why a viewer is not let in.
package enum ViewerRefusal: Error, Hashable, Sendable, CaseIterable {
    case allSeatsTaken
    case addressHasItsShare
    case streamIsFull
    case addressIsLockedOut

    /// The reason as a label on a metric.
    var label: String {
        switch self {
        case .allSeatsTaken: "total"
        case .addressHasItsShare: "address"
        case .streamIsFull: "stream"
        case .addressIsLockedOut: "flood"
        }
    }
}

/// The places that a server has for viewers: in all, and for each address.
package final class ViewerSeats: Sendable {
    private struct State {
        var taken = 0
        var byAddress: [AddressBlock: Int] = [:]
        var refused: [ViewerRefusal: UInt64] = [:]
    }

    let limits: ViewerLimits
    private let state = Locked(State())

    package init(limits: ViewerLimits) {
        self.limits = limits
    }

    /// How many are taken.
    package var takenCount: Int { state.withLock { $0.taken } }

    /// How many viewers were not let in, by reason.
    var refusedCounts: [ViewerRefusal: UInt64] { state.withLock { $0.refused } }

    func noteRefusal(_ refusal: ViewerRefusal) {
        state.withLock { $0.refused[refusal, default: 0] += 1 }
    }

    /// Takes a seat, which is given back when the last reference to it is gone.
    package func take(for address: SocketAddress?) throws(ViewerRefusal) -> ViewerSeat {
        let block = address.flatMap(AddressBlock.init)
        let refusal: ViewerRefusal? = state.withLock { state in
            guard state.taken < limits.maximumViewers else { return .allSeatsTaken }
            if let block {
                guard state.byAddress[block, default: 0] < limits.maximumViewersPerAddress else {
                    return .addressHasItsShare
                }
                state.byAddress[block, default: 0] += 1
            }
            state.taken += 1
            return nil
        }
        if let refusal { throw refusal }
        return ViewerSeat { [self] in giveBack(block) }
    }

    private func giveBack(_ block: AddressBlock?) {
        state.withLock { state in
            state.taken -= 1
            guard let block, let count = state.byAddress[block] else { return }
            state.byAddress[block] = count > 1 ? count - 1 : nil
        }
    }
}

/// A viewer's right to be there, for as long as the value exists.
package final class ViewerSeat: Sendable {
    private let giveBack: @Sendable () -> Void

    init(giveBack: @escaping @Sendable () -> Void) {
        self.giveBack = giveBack
    }

    deinit {
        giveBack()
    }
}
