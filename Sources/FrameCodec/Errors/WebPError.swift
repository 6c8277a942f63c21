import CLibWebP

/// A status code of libwebp's encoder, `WebPEncodingError`.
public struct WebPError: Error, RawRepresentable, Hashable, Sendable {
    /// The number that the library gave back.
    public var rawValue: UInt32

    /// Wraps a number that the library gave back.
    public init(rawValue: UInt32) {
        self.rawValue = rawValue
    }

    /// The name in libwebp's `encode.h`.
    public var name: String {
        switch WebPEncodingError(rawValue: rawValue) {
        case VP8_ENC_OK: "VP8_ENC_OK"
        case VP8_ENC_ERROR_OUT_OF_MEMORY: "VP8_ENC_ERROR_OUT_OF_MEMORY"
        case VP8_ENC_ERROR_BITSTREAM_OUT_OF_MEMORY: "VP8_ENC_ERROR_BITSTREAM_OUT_OF_MEMORY"
        case VP8_ENC_ERROR_NULL_PARAMETER: "VP8_ENC_ERROR_NULL_PARAMETER"
        case VP8_ENC_ERROR_INVALID_CONFIGURATION: "VP8_ENC_ERROR_INVALID_CONFIGURATION"
        case VP8_ENC_ERROR_BAD_DIMENSION: "VP8_ENC_ERROR_BAD_DIMENSION"
        case VP8_ENC_ERROR_PARTITION0_OVERFLOW: "VP8_ENC_ERROR_PARTITION0_OVERFLOW"
        case VP8_ENC_ERROR_PARTITION_OVERFLOW: "VP8_ENC_ERROR_PARTITION_OVERFLOW"
        case VP8_ENC_ERROR_BAD_WRITE: "VP8_ENC_ERROR_BAD_WRITE"
        case VP8_ENC_ERROR_FILE_TOO_BIG: "VP8_ENC_ERROR_FILE_TOO_BIG"
        case VP8_ENC_ERROR_USER_ABORT: "VP8_ENC_ERROR_USER_ABORT"
        default: "unknown"
        }
    }
}

extension WebPError: CustomStringConvertible {
    /// The name and the number.
    public var description: String { "\(name), libwebp \(rawValue)" }
}
