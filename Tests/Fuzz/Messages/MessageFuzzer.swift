import StreamBrokerCore

/// libFuzzer's entry: what a viewer sends after its upgrade, through the reader of frames and that of control messages.
///
/// Bytes mean the same however the network cuts them; no more is kept than a message may have; the quick reader of
/// acknowledgements agrees with the general one.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzMessages(_ start: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
    let bytes = Array(UnsafeBufferPointer(start: start, count: count))
    guard let first = bytes.first else { return 0 }
    let stream = Array(bytes.dropFirst())
    let whole = read(stream, pieceLength: max(stream.count, 1))
    precondition(whole == read(stream, pieceLength: Int(first) % 13 + 1), "cut otherwise, read otherwise")
    for case .text(let text) in whole.messages { check(text) }
    if let text = String(validating: stream, as: UTF8.self) { check(text) }
    return 0
}

private struct Reading: Equatable {
    var messages: [WebSocketMessageParser.Message] = []
    var violation: WebSocketViolation?
}

private func read(_ bytes: [UInt8], pieceLength: Int) -> Reading {
    var limits = WebSocketMessageParser.Limits()
    limits.messageLength = 1_000
    limits.fragments = 4
    limits.acceptsBinary = (bytes.first ?? 0) & 1 == 0
    var parser = WebSocketMessageParser(limits: limits)
    var reading = Reading()
    for pieceStart in stride(from: 0, to: bytes.count, by: pieceLength) {
        parser.append(bytes[pieceStart..<min(pieceStart + pieceLength, bytes.count)])
        do {
            while let message = try parser.next() {
                if case .text(let text) = message { precondition(text.utf8.count <= limits.messageLength) }
                if case .ping(let payload) = message { precondition(payload.count <= 125) }
                reading.messages.append(message)
            }
        } catch {
            reading.violation = error
            return reading
        }
        // A head, a message's fragments so far and a control frame between them.
        precondition(
            parser.bufferedByteCount <= 2 * limits.messageLength + 14 + pieceLength,
            "more is kept than allowed"
        )
    }
    return reading
}

private func check(_ text: String) {
    let general = Result { () throws(WebSocketViolation) in try ClientMessage(decoding: text) }
    let quick = Result { () throws(WebSocketViolation) in try ClientMessage(parsing: text) }
    precondition(general == quick, "one control message, two meanings")
}
