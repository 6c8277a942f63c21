/// Timestamps of a clip that is played over and over: they go on rising where it starts anew, as if it had no end.
///
/// All times are in one time base of the caller's choice.
package struct LoopedTimeline {
    private var offset: Int64 = 0
    private var first: Int64?
    private var last: (decode: Int64, duration: Int64)?

    package init() {}

    /// What a frame's timestamps become.
    ///
    /// - Parameters:
    ///   - decode: when the frame is to be decoded, as the clip says.
    ///   - presentation: when it is to be shown.
    ///   - duration: how long it lasts; 0 when the clip does not say.
    package mutating func place(
        decode: Int64,
        presentation: Int64,
        duration: Int64
    ) -> (decode: Int64, presentation: Int64) {
        let start = first ?? decode
        if first == nil { first = decode }
        let step = last.map { decode - $0.decode } ?? duration
        last = (decode, duration > 0 ? duration : step)
        return (decode - start + offset, presentation - start + offset)
    }

    /// The clip starts anew, after the last frame's duration.
    package mutating func wrap() {
        guard let start = first, let end = last else { return }
        // A clip of one frame without a duration still has to go on.
        offset += end.decode - start + max(1, end.duration)
        first = nil
        last = nil
    }
}
