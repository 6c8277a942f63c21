import CVP8Kernels

/// Owner of a `vp8_helper`: a thread that codes rows of a frame beside the caller's.
struct VP8HelperOwner: ~Copyable {
    private let helper: OpaquePointer

    init() throws(FrameCodecError) {
        guard let helper = vp8_helper_create() else { throw .outOfMemory(for: "an encoder's thread") }
        self.helper = helper
    }

    deinit {
        vp8_helper_destroy(helper)
    }

    /// Lets the thread work on the frame that was begun, until none of its rows is left.
    func start(_ coder: OpaquePointer) {
        vp8_helper_start(helper, coder)
    }

    /// Waits until it has ended that.
    func wait() {
        vp8_helper_wait(helper)
    }
}

/// A mutex guards what the threads share.
extension VP8HelperOwner: @unchecked Sendable {}
