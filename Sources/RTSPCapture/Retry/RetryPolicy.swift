/// What to do about a failure that trying again cannot mend, as ``CaptureError/isPermanent`` tells it.
///
/// Whatever else fails is tried again for ever, with a ``Backoff`` between attempts.
public enum RetryPolicy: Sendable, Hashable {
    /// End with the error when it comes before the first picture; later, when it may be the camera rebooting, try
    /// again. The default, right for a command that somebody watches starting.
    case endAtStart
    /// Try again even so: for a service that nobody starts by hand, whose camera may be set right later.
    case keepTrying
    /// End whenever such a failure comes.
    case end
}
