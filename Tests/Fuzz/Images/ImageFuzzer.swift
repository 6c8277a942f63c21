import StreamBrokerCore

/// libFuzzer's entry: what somebody posts to the broker, which reads the head of an image and nothing else of it.
///
/// Whatever is taken must be what the broker promises to viewers: an image of a known format, with dimensions within the
/// limit. The same bytes must be judged alike each time.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzImage(_ start: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
    let bytes = Array(UnsafeBufferPointer(start: start, count: count))
    let header = try? ImageHeader(parsing: bytes)
    precondition(header == (try? ImageHeader(parsing: bytes)), "one image, two verdicts")
    if let header {
        let (width, height) = (header.dimensions.width, header.dimensions.height)
        precondition(width > 0 && height > 0 && width * height <= 3840 * 2160, "\(header)")
        if header.format == .webp {
            precondition(count >= 20 && Int(bytes[4]) | Int(bytes[5]) << 8 | Int(bytes[6]) << 16 <= count)
        }
    }
    return 0
}
