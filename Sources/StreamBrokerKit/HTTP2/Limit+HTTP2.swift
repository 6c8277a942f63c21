import NIOHTTP2

extension Limit {
    /// The limit that a client ran into when the library ended its connection.
    init(ofConnection error: any NIOHTTP2Error) {
        self =
            switch error {
            case is NIOHTTP2Errors.ExcessiveRSTFrames: .http2Resets
            case is NIOHTTP2Errors.ExcessiveControlFrames, is NIOHTTP2Errors.ExcessiveOutboundFrameBuffering:
                .http2ControlFrames
            case is NIOHTTP2Errors.ExcessiveContinuationFrames: .http2Continuations
            case is NIOHTTP2Errors.ExcessiveEmptyDataFrames: .http2EmptyFrames
            case is NIOHTTP2Errors.ExcessiveStreamErrors, is NIOHTTP2Errors.ExcessiveNumberOfGlitches:
                .http2StreamErrors
            case is NIOHTTP2Errors.ExcessivelyLargeHeaderBlock: .head
            default: .malformed
            }
    }

    /// The same when it reset one stream; `nil` when it was the client's right to have that happen.
    init?(ofStream error: any NIOHTTP2Error) {
        switch error {
        case is NIOHTTP2Errors.StreamClosed, is NIOHTTP2Errors.NoSuchStream: return nil
        default: self = .malformed
        }
    }
}
