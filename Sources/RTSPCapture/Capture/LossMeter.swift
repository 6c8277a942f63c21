/// Tells when datagrams get lost so often that TCP is the better transport.
package struct LossMeter: Sendable {
    /// This many losses…
    package static let mostLosses = 5
    /// …within this time are too many.
    package static let window: Duration = .seconds(10)

    private var times: [MonotonicTime] = []

    package init() {}

    /// Counts a loss.
    ///
    /// - Returns: whether there were too many.
    package mutating func lost(at now: MonotonicTime) -> Bool {
        times.removeAll { $0.duration(to: now) > LossMeter.window }
        times.append(now)
        return times.count >= LossMeter.mostLosses
    }
}
