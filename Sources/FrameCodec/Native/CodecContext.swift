import CLibAV

/// Owner of an `AVCodecContext`.
struct CodecContext: ~Copyable {
    private let context: UnsafeMutablePointer<AVCodecContext>

    /// Allocates a context for `codec` (`avcodec_alloc_context3`), not yet opened.
    init(codec: UnsafePointer<AVCodec>) throws(FrameCodecError) {
        guard let context = avcodec_alloc_context3(codec) else { throw .outOfMemory(for: "a codec context") }
        self.context = context
    }

    deinit {
        var context: UnsafeMutablePointer<AVCodecContext>? = context
        avcodec_free_context(&context)
    }

    /// The context itself. Valid as long as this owner lives.
    var pointer: UnsafeMutablePointer<AVCodecContext> { context }

    /// Sets extradata from a copy of `bytes`, padded as libavcodec wants it.
    mutating func setExtradata(_ bytes: [UInt8]) throws(FrameCodecError) {
        guard !bytes.isEmpty else { return }
        guard let memory = av_mallocz(bytes.count + Int(AV_INPUT_BUFFER_PADDING_SIZE)) else {
            throw .outOfMemory(for: "\(bytes.count) bytes of extradata")
        }
        memory.copyMemory(from: bytes, byteCount: bytes.count)
        // The context frees it.
        context.pointee.extradata = memory.assumingMemoryBound(to: UInt8.self)
        context.pointee.extradata_size = Int32(bytes.count)
    }
}

/// Reached through one owner only. libavcodec allows a context to be used by any thread, one at a time.
extension CodecContext: @unchecked Sendable {}
