import CVP8Kernels

/// Owner of a `vp8_bool_encoder` (RFC 6386, section 7), at a fixed address; its memory is kept from frame to frame.
struct BooleanEncoderOwner: ~Copyable {
    /// The encoder itself. Valid as long as this owner lives.
    let pointer: UnsafeMutablePointer<vp8_bool_encoder>

    init() {
        pointer = .allocate(capacity: 1)
        pointer.initialize(to: vp8_bool_encoder())
    }

    deinit {
        vp8_bool_encoder_free(pointer)
        pointer.deallocate()
    }

    /// Begins anew.
    mutating func start() {
        vp8_bool_encoder_start(pointer)
    }

    /// Writes a bit that is false with a probability of `probability` in 256.
    mutating func write(_ bit: Bool, probability: UInt8) {
        vp8_bool_encoder_put(pointer, bit, probability)
    }

    /// Writes a number of so many bits, the highest first, each as likely 0 as 1 (an `L(n)` of section 8).
    mutating func write(_ value: Int, bits: Int) {
        for bit in stride(from: bits - 1, through: 0, by: -1) { write(value >> bit & 1 == 1, probability: 128) }
    }

    /// Writes a flag, an `L(1)`.
    mutating func write(_ flag: Bool) {
        write(flag, probability: 128)
    }

    /// Writes what is left.
    mutating func finish() throws(FrameCodecError) {
        guard vp8_bool_encoder_finish(pointer) else { throw .outOfMemory(for: "an image's header") }
    }

    /// How many bytes were written.
    var count: Int { pointer.pointee.count }

    /// What was written. Valid until the next call that changes the encoder.
    var bytes: UnsafeBufferPointer<UInt8> {
        UnsafeBufferPointer(start: vp8_bool_encoder_bytes(pointer), count: count)
    }
}

/// Reached through one owner only; plain memory.
extension BooleanEncoderOwner: @unchecked Sendable {}
