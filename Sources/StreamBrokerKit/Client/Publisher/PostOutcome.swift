/// What became of one post, as far as it decides what to do next.
package enum PostOutcome: Sendable, Hashable {
    /// 2xx: the frame entered the broker, which had so many subscribers.
    case accepted(subscribers: Int)
    /// 409: the stream already has a frame with this sequence or a higher one; `last` is its sequence, when the broker tells.
    case late(last: UInt64?)
    /// 400, 413, 415: this frame is not acceptable, another one may be.
    case rejected(status: Int, reason: String)
    /// 401, 403, and every other status that will be the same for the next frame.
    case refused(status: Int, reason: String)
    /// 429, 503: too much at the moment; come back after so long, when the broker tells.
    case throttled(status: Int, retryAfter: Duration?, reason: String)
    /// No answer, or one that says that somebody between us and the broker could not reach it.
    case unreachable(reason: String)

    /// Classifies an answer.
    ///
    /// - Parameters:
    ///   - header: The first value of an answer's header field.
    ///   - reason: The broker's own words, or the status's usual phrase.
    package init(status: Int, reason: String, header: (String) -> String?) {
        switch status {
        case 200..<300:
            self = .accepted(subscribers: header("X-Subscribers").flatMap { Int($0) } ?? 0)
        case 409:
            self = .late(last: header("X-Sequence").flatMap { UInt64($0) })
        case 400, 413, 415:
            self = .rejected(status: status, reason: reason)
        case 429, 503:
            // RFC 9110, section 10.2.3, also allows a date; it counts as no hint.
            let seconds = header("Retry-After").flatMap { UInt32($0) }
            self = .throttled(status: status, retryAfter: seconds.map { .seconds($0) }, reason: reason)
        case 408, 500...:
            self = .unreachable(reason: "status \(status), \(reason)")
        default:
            self = .refused(status: status, reason: reason)
        }
    }
}
