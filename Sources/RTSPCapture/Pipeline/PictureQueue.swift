import FrameCodec

/// The hand-over from the capture thread to the encoders: holds one picture, and a newer one takes its place.
final class PictureQueue: Sendable {
    private struct State: ~Copyable, Sendable {
        var waiting: CapturedPicture?
        var isClosed = false
    }

    private let state = Monitor(State())

    /// Puts a picture here.
    ///
    /// - Returns: whether it took the place of one that no encoder had taken.
    func put(_ picture: consuming CapturedPicture) -> Bool {
        var picture = Optional(picture)
        return state.withLock { state in
            let replaces = state.waiting != nil
            state.waiting = picture.take()
            return replaces
        }
    }

    /// Says that no picture follows.
    ///
    /// - Parameter discarding: whether the one that waits is dropped.
    func close(discarding: Bool) {
        state.withLock { state in
            state.isClosed = true
            if discarding { state.waiting = nil }
        }
    }

    /// The next picture, as soon as there is one; nil after the last. Blocks: for threads of our own.
    func take() -> CapturedPicture? {
        let taken: CapturedPicture?? = state.wait { state -> CapturedPicture?? in
            if state.waiting != nil { return .some(state.waiting.take()) }
            return state.isClosed ? .some(nil) : nil
        }
        return taken ?? nil
    }
}
