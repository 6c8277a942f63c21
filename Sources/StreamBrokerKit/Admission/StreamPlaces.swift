package import NIOCore
import StreamBrokerCore

/// The places that one stream has for network viewers, and how they are spread over the event loops.
package final class StreamPlaces: Sendable {
    private struct State {
        var taken = 0
        var byLoop: [ObjectIdentifier: Int] = [:]
    }

    private let state = Locked(State())

    private let onChange: @Sendable () -> Void

    /// - Parameter onChange: Is called after every change of the number of places that are taken, on any thread.
    package init(onChange: @escaping @Sendable () -> Void = {}) {
        self.onChange = onChange
    }

    package var takenCount: Int { state.withLock { $0.taken } }

    /// Takes a place on the loop that has the fewest viewers of this stream; on `current` when none has fewer. `nil` when there is none.
    ///
    /// Accepting connections in turn spreads connections, not viewers: a browser that opens one for the page and one for the stream
    /// would bring every viewer to the same loop.
    package func take(limit: Int, current: any EventLoop, among loops: [any EventLoop]) -> StreamPlace? {
        let chosen: (any EventLoop)? = state.withLock { state in
            guard state.taken < limit else { return nil }
            var best = current
            var fewest = state.byLoop[ObjectIdentifier(current), default: 0]
            for loop in loops {
                let count = state.byLoop[ObjectIdentifier(loop), default: 0]
                if count < fewest { (best, fewest) = (loop, count) }
            }
            state.taken += 1
            state.byLoop[ObjectIdentifier(best), default: 0] += 1
            return best
        }
        guard let loop = chosen else { return nil }
        onChange()
        return StreamPlace(loop: loop) { [self] in giveBack(loop) }
    }

    private func giveBack(_ loop: any EventLoop) {
        state.withLock { state in
            state.taken -= 1
            state.byLoop[ObjectIdentifier(loop), default: 1] -= 1
        }
        onChange()
    }
}

/// A viewer's place in a stream, for as long as the value exists.
package final class StreamPlace: Sendable {
    /// Where the viewer is best served.
    package let loop: any EventLoop
    private let giveBack: @Sendable () -> Void

    init(loop: any EventLoop, giveBack: @escaping @Sendable () -> Void) {
        self.loop = loop
        self.giveBack = giveBack
    }

    deinit {
        giveBack()
    }
}
