/// The last hand-over, from threads to a task: holds one element, and a newer one takes its place.
///
/// Elements come from several threads and leave in the order of their sequence numbers; one that comes after a newer
/// one is refused.
package final class NewestSlot<Element: Sendable>: Sendable {
    /// What became of an element.
    package enum Offer: Sendable {
        case accepted
        /// It took the place of one that nobody had taken.
        case replacedAnother
        /// A newer one came before it.
        case late
        /// Nobody listens any more.
        case refused
    }

    /// What the consumer gets.
    package enum Delivery: Sendable {
        case element(Element)
        case finished(CaptureError?)
    }

    private enum State: Sendable {
        case empty
        case holding(Element)
        case awaited(CheckedContinuation<Delivery, Never>)
        /// No more elements; one may still lie here.
        case finished(last: Element?, CaptureError?)
    }

    private let state = Monitor<(State, newest: UInt64)>((.empty, 0))

    package init() {}

    /// Offers an element. Sequence numbers are above 0.
    package func offer(_ element: Element, sequence: UInt64) -> Offer {
        let (offer, consumer) = state.withLock { state -> (Offer, CheckedContinuation<Delivery, Never>?) in
            guard sequence > state.newest else { return (.late, nil) }
            switch state.0 {
            case .empty:
                state = (.holding(element), sequence)
                return (.accepted, nil)
            case .holding:
                state = (.holding(element), sequence)
                return (.replacedAnother, nil)
            case .awaited(let consumer):
                state = (.empty, sequence)
                return (.accepted, consumer)
            case .finished:
                return (.refused, nil)
            }
        }
        consumer?.resume(returning: .element(element))
        return offer
    }

    /// Says that no element follows. What lies here can still be taken.
    package func finish(_ error: CaptureError?) {
        let consumer = state.withLock { state -> CheckedContinuation<Delivery, Never>? in
            switch state.0 {
            case .empty: state.0 = .finished(last: nil, error)
            case .holding(let element): state.0 = .finished(last: element, error)
            case .awaited(let consumer):
                state.0 = .finished(last: nil, error)
                return consumer
            case .finished: break
            }
            return nil
        }
        consumer?.resume(returning: .finished(error))
    }

    /// The newest element, as soon as there is one that was not taken yet. One caller at a time.
    package func next() async -> Delivery {
        await withCheckedContinuation { consumer in
            let delivery = state.withLock { state -> Delivery? in
                switch state.0 {
                case .empty:
                    state.0 = .awaited(consumer)
                    return nil
                case .holding(let element):
                    state.0 = .empty
                    return .element(element)
                case .finished(let element?, let error):
                    state.0 = .finished(last: nil, error)
                    return .element(element)
                case .finished(nil, let error):
                    return .finished(error)
                case .awaited:
                    preconditionFailure("Two tasks iterate over one capture with one iterator.")
                }
            }
            if let delivery { consumer.resume(returning: delivery) }
        }
    }
}
