/// What a connected live source does, as its watchdog sees it.
///
/// Each of them is told within three seconds of its beginning, from a source that makes a picture a second or more; a
/// slower one has two and a half of its own intervals.
public enum SourceCondition: Sendable, Hashable, CaseIterable {
    /// Pictures come, and differ.
    case flowing
    /// Nothing arrives. The source is opened again after ``CaptureConfiguration/silenceDeadline``.
    case silent
    /// Data arrives, but no picture comes of it: keyframes are rare, or the data is damaged or of another kind. The
    /// source is opened again after ``CaptureConfiguration/pictureDeadline``.
    case withoutPictures
    /// Pictures come and differ, but all bear the same timestamp. They are shown by the time of their arrival; opening
    /// the source again would only interrupt them.
    case repeatingTimestamps
    /// Pictures come with fresh timestamps and all show the same, but for what a codec's noise hides: a still scene, or a
    /// camera whose sensor hangs. It cannot be told which, so this is no fault, and nothing is opened again.
    case unchanging
    /// The same picture with the same timestamp comes again and again: what sends it has stopped working. The source is
    /// opened again after ``CaptureConfiguration/freezeDeadline``, and less and less often when that does not help.
    case frozen

    /// Whether pictures come that show the present, as far as can be told.
    public var showsPresent: Bool {
        switch self {
        case .flowing, .repeatingTimestamps, .unchanging: true
        case .silent, .withoutPictures, .frozen: false
        }
    }

    /// Whether something is wrong for sure.
    public var isFault: Bool { self != .flowing && self != .unchanging }
}

extension SourceCondition: CustomStringConvertible {
    /// What is seen, as a part of a sentence.
    public var description: String {
        switch self {
        case .flowing: "pictures come and differ"
        case .silent: "nothing arrives"
        case .withoutPictures: "data arrives, but no picture comes of it"
        case .repeatingTimestamps: "all pictures bear the same timestamp"
        case .unchanging: "all pictures show the same: a still scene, or a sensor that hangs"
        case .frozen: "the same picture with the same timestamp comes again and again"
        }
    }
}
