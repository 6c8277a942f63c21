import CLibWebP

/// Owner of a `WebPMemoryWriter`, at a fixed address: a growing buffer that is kept from image to image.
struct WebPMemoryWriterOwner: ~Copyable {
    private let writer: UnsafeMutablePointer<WebPMemoryWriter>

    init() {
        writer = .allocate(capacity: 1)
        writer.initialize(to: WebPMemoryWriter())
        WebPMemoryWriterInit(writer)
    }

    deinit {
        WebPMemoryWriterClear(writer)
        writer.deallocate()
    }

    /// The writer itself. Valid as long as this owner lives.
    var pointer: UnsafeMutablePointer<WebPMemoryWriter> { writer }

    /// Forgets the content and keeps the memory.
    mutating func reset() {
        writer.pointee.size = 0
    }

    /// A copy of what was written.
    var bytes: [UInt8] {
        Array(UnsafeBufferPointer(start: writer.pointee.mem, count: writer.pointee.size))
    }
}

/// Reached through one owner only; plain memory.
extension WebPMemoryWriterOwner: @unchecked Sendable {}
