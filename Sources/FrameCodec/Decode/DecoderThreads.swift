/// How many threads a decoder uses.
///
/// Threads that each decode a whole frame are not offered: every one of them adds a frame of delay.
public struct DecoderThreads: Hashable, Sendable {
    let count: Int

    /// Decode on the calling thread.
    public static let one = DecoderThreads(count: 1)

    /// Share the slices of a frame among up to `count` threads. Helps only when the camera makes several slices.
    public static func slices(_ count: Int) -> DecoderThreads {
        DecoderThreads(count: max(1, min(count, 16)))
    }
}
