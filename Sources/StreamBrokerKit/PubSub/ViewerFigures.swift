/// What one viewer was sent of one stream.
struct ViewerFigures: Sendable, Hashable {
    var delivered: UInt64 = 0
    var deliveredBytes: UInt64 = 0
    /// How old the last frame was when it had been written whole, in µs; means nothing before the first.
    var lastAge: Int64 = 0
    var replaced: UInt64 = 0
    var thinned: UInt64 = 0

    var meanByteCount: Int { delivered == 0 ? 0 : Int(deliveredBytes / delivered) }
}
