/// One thing that a probe found, in a sentence on what it means and what to do.
public struct ProbeFinding: Sendable, Hashable, Encodable {
    /// How much it matters.
    public enum Severity: String, Sendable, Hashable, Encodable {
        /// There is nothing to show, or not for long.
        case problem
        /// It is shown, and worse than it could be.
        case warning
        /// Good to know.
        case note
    }

    /// What it is. The names are for programs, and stay.
    public enum Code: String, Sendable, Hashable, Encodable, CaseIterable {
        case noPicture = "no_picture"
        case endedWhileLooking = "ended_while_looking"
        case silentAfterStart = "silent_after_start"
        case noKeyframe = "no_keyframe"
        case packetLoss = "packet_loss"
        case decodeErrors = "decode_errors"
        case longKeyframeDistance = "long_keyframe_distance"
        case bidirectionalFrames = "b_frames"
        case timestampsMissing = "timestamps_missing"
        case timestampsRepeated = "timestamps_repeated"
        case timestampsBackward = "timestamps_backward"
        case timestampsJump = "timestamps_jump"
        case rateFarFromDeclared = "rate_far_from_declared"
        case rateNotDeclared = "rate_not_declared"
        case unchangingPicture = "unchanging_picture"
        case interlaced
        case veryLargePicture = "very_large_picture"
        case fullRange = "full_range"
        case unusualColors = "unusual_colors"
        case fellBack = "fell_back_to_tcp"
    }

    /// What it is.
    public var code: Code
    /// How much it matters.
    public var severity: Severity
    /// What it means and what to do.
    public var message: String

    package init(_ code: Code, _ severity: Severity, _ message: String) {
        self.code = code
        self.severity = severity
        self.message = message
    }
}
