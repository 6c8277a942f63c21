/// Tells when datagrams get lost so often that TCP is the better transport.
struct LossMeter: Sendable {
    /// This many losses…
    static let mostLosses = 5
    /// …within this time are too many.
    static let window: Duration = .seconds(10)

    private var times: [MonotonicTime] = []

    /// Counts a loss.
    ///
    /// - Returns: whether there were too many.
    mutating func lost(at now: MonotonicTime) -> Bool {
        times.removeAll { $0.duration(to: now) > LossMeter.window }
        times.append(now)
        return times.count >= LossMeter.mostLosses
    }
}
