/// A change of a publisher's state that deserves a line in a log.
package enum PublisherEvent: Sendable, Hashable {
    /// The broker took the first frame.
    case delivering
    /// No frame gets through; frames are dropped meanwhile.
    case troubled(PublisherTrouble)
    /// Frames get through again.
    case recovered(outage: Duration, lost: UInt64)
    /// The broker would not take a frame as an image; told once per status.
    case frameRejected(status: Int, reason: String)
}

/// Why no frame gets through.
package enum PublisherTrouble: Sendable, Hashable {
    case unreachable(reason: String)
    case refused(status: Int, reason: String)
    case throttled(status: Int, reason: String)
    /// Somebody else posts newer frames on this stream, or did so with a clock ahead of ours.
    case contested

    /// Whether two troubles are the same state, whatever their wording.
    func isSameKind(as other: Self) -> Bool {
        switch (self, other) {
        case (.unreachable, .unreachable), (.throttled, .throttled), (.contested, .contested): true
        case (.refused(let status, _), .refused(let otherStatus, _)): status == otherStatus
        default: false
        }
    }
}
