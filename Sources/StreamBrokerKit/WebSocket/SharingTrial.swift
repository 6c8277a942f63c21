import StreamBrokerCore

/// Finds out for a stream whether its frames cost less when the system copies them for each viewer, or when all viewers share the pages of a
/// ``MemoryFile``: the processor time of the loops that send them tells.
final class SharingTrial: Sendable {
    /// How one frame is sent.
    struct Choice: Sendable {
        fileprivate let way: CostTrial.Way
        fileprivate let trial: SharingTrial

        var sharesPages: Bool { way == .second }

        /// Takes note of what a loop needed for its viewers.
        ///
        /// - Parameter byteCount: The bytes of all of them together.
        func note(nanoseconds: Int64, byteCount: Int) {
            guard byteCount > 0 else { return }
            trial.costs.withLock { $0.note(way, cost: Double(nanoseconds) / Double(byteCount)) }
        }
    }

    private let costs = Locked(CostTrial())

    /// How to send the next frame; `nil` when there is nothing to choose.
    func choose(byteCount: Int, viewers: Int) -> Choice? {
        guard MemoryFile.mayPay(forBytes: byteCount, viewers: viewers) else { return nil }
        return Choice(way: costs.withLock { $0.next() }, trial: self)
    }
}
