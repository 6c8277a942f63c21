/// Tells by a connection's first bytes whether its client speaks HTTP/2 without having asked (RFC 9113, sections 3.3 and 3.4).
package struct HTTP2Preface: Sendable {
    /// What the bytes so far say.
    package enum Verdict: Sendable, Hashable {
        /// They begin as the preface does: more are needed.
        case undecided
        /// They are the preface.
        case http2
        /// They are something else.
        case other
    }

    private static let bytes = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)

    private var matchedCount = 0
    /// What the bytes so far say; `other` and `http2` are final.
    package private(set) var verdict = Verdict.undecided

    package init() {}

    /// Looks at the bytes that came next.
    package mutating func receive(_ bytes: some Sequence<UInt8>) {
        for byte in bytes {
            guard verdict == .undecided else { return }
            guard byte == Self.bytes[matchedCount] else {
                verdict = .other
                return
            }
            matchedCount += 1
            if matchedCount == Self.bytes.count { verdict = .http2 }
        }
    }
}
