package import NIOCore

/// Makes requests and interleaved packets of a connection's bytes (RFC 2326, sections 4, 6 and 10.12).
///
/// The input is a stranger's: sizes are checked as soon as they are known, and a byte that no request has ends the matter at
/// once.
package struct RTSPParser {
    /// What comes from a client.
    package enum Input: Hashable {
        case request(RTSPRequest)
        /// A packet of RTP or RTCP between the requests.
        case interleaved(channel: UInt8, payload: ByteBuffer)
    }

    /// Why a client's bytes make no sense. The connection cannot go on: nobody knows where the next request starts.
    package enum Failure: Error, Hashable {
        case malformed
        case headTooLarge
        case bodyTooLarge
    }

    /// Largest request line with all header fields, in bytes.
    package static let headLimit = 16384
    /// Largest number of header fields.
    package static let fieldLimit = 100
    /// Largest body, in bytes. A client of a camera has nothing long to say.
    package static let bodyLimit = 65536

    private enum State {
        case head
        case body(RTSPRequest, count: Int)
    }

    private var state = State.head
    private var buffer = ByteBuffer()

    package init() {}

    /// Takes more bytes.
    package mutating func append(_ bytes: ByteBuffer) {
        var bytes = bytes
        buffer.discardReadBytes()
        buffer.writeBuffer(&bytes)
    }

    /// The next input, or nil when more bytes are needed.
    package mutating func next() throws(Failure) -> Input? {
        switch state {
        case .head:
            while let byte = buffer.getInteger(at: buffer.readerIndex, as: UInt8.self), byte == 13 || byte == 10 {
                buffer.moveReaderIndex(forwardBy: 1)
            }
            if buffer.getInteger(at: buffer.readerIndex, as: UInt8.self) == UInt8(ascii: "$") { return interleaved() }
            guard let length = try headLength() else { return nil }
            let head = buffer.readString(length: length)!
            let request = try Self.request(head)
            let count = try Self.bodyLength(request)
            state = .body(request, count: count)
            return try next()
        case .body(var request, let count):
            guard let body = buffer.readBytes(length: count) else { return nil }
            request.body = body
            state = .head
            return .request(request)
        }
    }

    private mutating func interleaved() -> Input? {
        guard let channel = buffer.getInteger(at: buffer.readerIndex + 1, as: UInt8.self),
            let length = buffer.getInteger(at: buffer.readerIndex + 2, as: UInt16.self),
            buffer.readableBytes >= 4 + Int(length)
        else { return nil }
        buffer.moveReaderIndex(forwardBy: 4)
        return .interleaved(channel: channel, payload: buffer.readSlice(length: Int(length))!)
    }

    /// Bytes up to and with the empty line, or nil when it has not come yet.
    private func headLength() throws(Failure) -> Int? {
        var previous: UInt8 = 0
        var beforePrevious: UInt8 = 0
        for (index, byte) in buffer.readableBytesView.enumerated() {
            guard index < Self.headLimit else { throw .headTooLarge }
            switch byte {
            case 10:
                // A line end may be a bare LF (RFC 2326, section 4).
                if previous == 10 || (previous == 13 && beforePrevious == 10) { return index + 1 }
            case 9, 13, 32...126: break
            default: throw .malformed
            }
            (beforePrevious, previous) = (previous, byte)
        }
        return nil
    }

    private static func request(_ head: String) throws(Failure) -> RTSPRequest {
        var lines = head.split(whereSeparator: \.isNewline)[...]
        guard let first = lines.popFirst() else { throw .malformed }
        let parts = first.split(separator: " ", omittingEmptySubsequences: false)
        guard parts.count == 3, isToken(parts[0]), !parts[1].isEmpty, parts[2].hasPrefix("RTSP/") else {
            throw .malformed
        }
        guard lines.count <= fieldLimit else { throw .headTooLarge }
        var request = RTSPRequest(method: String(parts[0]), uri: String(parts[1]), version: String(parts[2]))
        for line in lines {
            guard let colon = line.firstIndex(of: ":"), isToken(line[..<colon]) else { throw .malformed }
            let value = line[line.index(after: colon)...].trimmingBlanks()
            request.fields.append((name: String(line[..<colon]), value: String(value)))
        }
        return request
    }

    private static func bodyLength(_ request: RTSPRequest) throws(Failure) -> Int {
        guard let text = request["Content-Length"] else { return 0 }
        // Int would take "+5", too.
        guard !text.isEmpty, text.utf8.allSatisfy({ (48...57).contains($0) }) else { throw .malformed }
        guard text.utf8.count < 10, let count = Int(text), count <= bodyLimit else { throw .bodyTooLarge }
        return count
    }

    /// Whether these are characters of a method's or a field's name.
    private static func isToken(_ text: Substring) -> Bool {
        !text.isEmpty
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "."):
                    true
                default: false
                }
            }
    }
}

extension Substring {
    /// Without blanks and tabs at both ends.
    func trimmingBlanks() -> Substring {
        var text = self
        while let first = text.first, first == " " || first == "\t" { text.removeFirst() }
        while let last = text.last, last == " " || last == "\t" { text.removeLast() }
        return text
    }
}
