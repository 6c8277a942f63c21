import StreamBrokerCore

/// Finds out for a stream whether its frames cost less when the system copies them for each viewer, or when all viewers share the pages of a
/// ``MemoryFile``: the processor time of the loops that send them tells.
final class SharingTrial: Sendable {
    /// How one frame is sent.
    struct Choice: Sendable {
        fileprivate let turn: CostTrial.Turn
        fileprivate let trial: SharingTrial

        var sharesPages: Bool { turn.way == .second }
        /// Whether anybody asks what it costs.
        var isCompared: Bool { turn.isCompared }

        /// Takes note of what a loop needed for its viewers.
        ///
        /// - Parameters:
        ///   - byteCount: The bytes of all of them together.
        ///   - latest: What the loop needed for the frame before.
        func note(nanoseconds: Int64, byteCount: Int, latest: inout CostTrial.LatestCost) {
            guard byteCount > 0 else { return }
            let cost = Double(nanoseconds) / Double(byteCount)
            trial.costs.withLock { $0.note(turn, cost: cost, latest: &latest) }
        }
    }

    private let costs = Locked(CostTrial())

    /// How to send the next frame; `nil` when there is nothing to choose.
    func choose(byteCount: Int, viewers: Int) -> Choice? {
        guard MemoryFile.mayPay(forBytes: byteCount, viewers: viewers) else { return nil }
        return Choice(turn: costs.withLock { $0.next() }, trial: self)
    }
}
