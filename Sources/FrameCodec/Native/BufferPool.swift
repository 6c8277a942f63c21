import CLibAV

/// Owner of an `AVBufferPool`: buffers of one size that return to the pool when their last reference goes.
struct BufferPool: ~Copyable {
    private let pool: OpaquePointer

    /// Makes a pool without buffers (`av_buffer_pool_init`).
    init(byteCount: Int) throws(FrameCodecError) {
        guard let pool = av_buffer_pool_init(byteCount, nil) else { throw .outOfMemory(for: "a buffer pool") }
        self.pool = pool
    }

    deinit {
        // The memory goes when the last buffer has come back.
        var pool: OpaquePointer? = pool
        av_buffer_pool_uninit(&pool)
    }

    /// A buffer with one reference, owned by the caller, or nil when there is no memory.
    func buffer() -> UnsafeMutablePointer<AVBufferRef>? {
        av_buffer_pool_get(pool)
    }
}

/// An `AVBufferPool` locks itself: "this function may be called simultaneously from multiple threads"
/// (libavutil/buffer.h).
extension BufferPool: @unchecked Sendable {}
