/// The bytes of a connection's answers that wait for its client to take them. Lives on the connection's event loop.
///
/// A client of HTTP/2 says itself how much may be sent to it. One that asks a hundred times for a large picture, and lets nothing come, would
/// have them all kept for it.
package final class AnswerBudget {
    private let maximum: Int
    private var waiting = 0

    package init(maximum: Int) {
        self.maximum = maximum
    }

    /// Takes room for a part of an answer. Answers whether there is any; while nothing waits there always is.
    package func take(_ count: Int) -> Bool {
        guard waiting == 0 || waiting + count <= maximum else { return false }
        waiting += count
        return true
    }

    /// Gives back what was taken for a part that has been written, or never will be.
    package func giveBack(_ count: Int) {
        waiting -= count
    }
}

@available(*, unavailable)
extension AnswerBudget: Sendable {}
