import CLibAV

/// A status code of FFmpeg's libraries, as `AVERROR(…)` makes it: negative, an errno or a tag of four characters.
public struct LibAVError: Error, RawRepresentable, Hashable, Sendable {
    /// The negative number that the library gave back.
    public var rawValue: Int32

    /// Wraps a number that the library gave back.
    public init(rawValue: Int32) {
        self.rawValue = rawValue
    }

    /// `AVERROR(EAGAIN)`: input or output must happen first.
    public static var wouldBlock: LibAVError { LibAVError(rawValue: clibav_AVERROR_EAGAIN) }
    /// `AVERROR(ENOMEM)`.
    public static var noMemory: LibAVError { LibAVError(rawValue: clibav_AVERROR_ENOMEM) }
    /// `AVERROR(EINVAL)`.
    public static var invalidArgument: LibAVError { LibAVError(rawValue: clibav_AVERROR_EINVAL) }
    /// `AVERROR(EIO)`.
    public static var inputOutput: LibAVError { LibAVError(rawValue: clibav_AVERROR_EIO) }
    /// `AVERROR(ENOENT)`.
    public static var noSuchFile: LibAVError { LibAVError(rawValue: clibav_AVERROR_ENOENT) }
    /// `AVERROR(ECONNREFUSED)`.
    public static var connectionRefused: LibAVError { LibAVError(rawValue: clibav_AVERROR_ECONNREFUSED) }
    /// `AVERROR(ETIMEDOUT)`.
    public static var timedOut: LibAVError { LibAVError(rawValue: clibav_AVERROR_ETIMEDOUT) }
    /// `AVERROR_EOF`: the end of the file or stream.
    public static var endOfFile: LibAVError { LibAVError(rawValue: clibav_AVERROR_EOF) }
    /// `AVERROR_EXIT`: an interrupt callback asked for the end.
    public static var interrupted: LibAVError { LibAVError(rawValue: clibav_AVERROR_EXIT) }
    /// `AVERROR_INVALIDDATA`.
    public static var invalidData: LibAVError { LibAVError(rawValue: clibav_AVERROR_INVALIDDATA) }
    /// `AVERROR_HTTP_UNAUTHORIZED`: 401, of RTSP too.
    public static var unauthorized: LibAVError { LibAVError(rawValue: clibav_AVERROR_HTTP_UNAUTHORIZED) }
    /// `AVERROR_HTTP_FORBIDDEN`: 403, of RTSP too.
    public static var forbidden: LibAVError { LibAVError(rawValue: clibav_AVERROR_HTTP_FORBIDDEN) }
    /// `AVERROR_HTTP_NOT_FOUND`: 404, of RTSP too.
    public static var notFound: LibAVError { LibAVError(rawValue: clibav_AVERROR_HTTP_NOT_FOUND) }
    /// `AVERROR_PROTOCOL_NOT_FOUND`: the URL's scheme is unknown or not allowed.
    public static var protocolNotFound: LibAVError { LibAVError(rawValue: clibav_AVERROR_PROTOCOL_NOT_FOUND) }
    /// `AVERROR_STREAM_NOT_FOUND`.
    public static var streamNotFound: LibAVError { LibAVError(rawValue: clibav_AVERROR_STREAM_NOT_FOUND) }
}

extension LibAVError: CustomStringConvertible {
    /// The library's own text (`av_strerror`) and the number.
    public var description: String { "\(libavErrorText(rawValue)), libav \(rawValue)" }
}
