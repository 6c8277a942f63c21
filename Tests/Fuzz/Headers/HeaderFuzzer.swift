import StreamBrokerCore

/// libFuzzer's entry: a message of `stream-broker.v1` as a client gets it from a broker that is not to be trusted.
///
/// What is read is written again as the same bytes, but for flags that mean nothing yet.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzHeader(_ start: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
    let bytes = Array(UnsafeBufferPointer(start: start, count: count))
    // From a slice that does not begin at 0, since a client's buffer need not.
    let padded = [0] + bytes
    guard let header = FrameHeader(parsing: bytes) else {
        precondition(FrameHeader(parsing: padded[1...]) == nil)
        return 0
    }
    precondition(count >= FrameHeader.length)
    precondition(FrameHeader(parsing: padded[1...]) == header)
    var expected = Array(bytes.prefix(FrameHeader.length))
    expected[5] &= 3
    precondition(header.bytes == expected, "\(header)")
    return 0
}
