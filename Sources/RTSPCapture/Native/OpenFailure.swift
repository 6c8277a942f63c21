import CLibAV
import FrameCodec

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// Puts what libav and the watch know of a failed call into an error that says what to do.
struct OpenFailure {
    let source: SourceURL
    let configuration: CaptureConfiguration

    /// The error for a failed `avformat_open_input`.
    func opening(_ status: LibAVError, watch: InputWatch) -> SessionFailure {
        switch watch.interruption {
        case .stopped: return SessionFailure(.stopped)
        case .redirect: return SessionFailure(redirected(to: watch.redirectTarget))
        case .deadline: return SessionFailure(noAnswer())
        case nil: break
        }
        if let description = watch.sessionDescription, !SessionDescription(description).hasVideo {
            return SessionFailure(noVideo())
        }
        return SessionFailure(source.kind == .file ? file(status) : network(status))
    }

    /// The error for a failed `av_read_frame`; the end of a file is not one.
    func reading(_ status: LibAVError, watch: InputWatch) -> SessionEnd {
        switch watch.interruption {
        case .stopped: return .stopped
        case .redirect: return .failed(redirected(to: watch.redirectTarget))
        case .deadline: return .failed(silent())
        case nil: break
        }
        if status == .endOfFile && !source.isLive { return .endOfFile }
        if source.kind == .file {
            return .failed(error(.unsupportedFormat, "reading \(source) failed; the file may be damaged", status))
        }
        return .failed(
            error(.connectionLost, "the connection to \(source) ended; the camera may be restarting", status)
        )
    }

    func noVideo() -> CaptureError {
        error(.noVideo, "\(source) has no video stream; give the address of one that has")
    }

    /// The error for a decoder that could not be made, or does not go on.
    func decoding(_ cause: FrameCodecError) -> CaptureError {
        let code: CaptureError.Code =
            switch cause.code {
            case .unsupportedCodec: .unsupportedCodec
            case .outOfMemory: .outOfMemory
            default: .decodingFailed
            }
        return CaptureError(code: code, message: "\(source) cannot be decoded.", cause: cause)
    }

    /// Does something with a decoder while a session begins.
    func decoding<Result: ~Copyable>(
        _ body: () throws(FrameCodecError) -> Result
    ) throws(SessionFailure) -> Result {
        do throws(FrameCodecError) {
            return try body()
        } catch {
            throw SessionFailure(decoding(error))
        }
    }

    func hostNotFound(_ host: String, _ reason: String) -> CaptureError {
        error(.hostNotFound, "the host '\(host)' of \(source) is not known (\(reason)); check the name")
    }

    func nameLookupTimedOut(_ host: String) -> CaptureError {
        error(
            .hostNotFound,
            "no name server answered about '\(host)' of \(source) in time; give the address in numbers"
        )
    }

    func noAnswer() -> CaptureError {
        error(
            .noAnswer,
            "\(source) did not answer within \(configuration.openDeadline.inSeconds); check that the camera is on and "
                + "that address and port are right"
        )
    }

    func silent() -> CaptureError {
        error(.silent, "\(source) has sent nothing for \(configuration.silenceDeadline.inSeconds)")
    }

    func emptyFile() -> CaptureError {
        error(.unsupportedFormat, "no picture could be read from \(source); the file may be damaged")
    }

    func noPicture() -> CaptureError {
        error(
            .noPicture,
            "\(source) sends data, but no picture came of it for \(configuration.pictureDeadline.inSeconds); the "
                + "camera may have changed its format, or makes keyframes too seldom"
        )
    }

    /// The error of a look that ended before ``noPicture()`` would come.
    func noPictureSeen() -> CaptureError {
        error(
            .noPicture,
            "\(source) sends data, but no picture came of it while it was looked at; the camera may make keyframes too "
                + "seldom, or send a format that it does not announce"
        )
    }

    func notJPEG(_ codec: VideoCodec) -> CaptureError {
        error(
            .unsupportedCodec,
            "\(source) sends \(codec.name), which cannot be passed through as images; set the camera to Motion JPEG, or "
                + "let the pictures be encoded"
        )
    }

    func frozen() -> CaptureError {
        error(
            .frozen,
            "\(source) repeats one picture with one timestamp, so what sends it has stopped working; restart the camera "
                + "if this comes again"
        )
    }

    private func redirected(to target: String?) -> CaptureError {
        error(
            .redirected,
            "\(source) sends its viewers to another place\(target.map { " (\($0))" } ?? ""), which is not followed by "
                + "itself; give that address if you trust it"
        )
    }

    private func file(_ status: LibAVError) -> CaptureError {
        switch status.rawValue {
        case clibav_AVERROR_ENOENT, clibav_AVERROR(ENOTDIR):
            error(.fileNotFound, "there is no file \(source); check the path", status)
        case clibav_AVERROR(EACCES), clibav_AVERROR(EPERM):
            error(.fileNotReadable, "the file \(source) may not be read; check its permissions", status)
        case clibav_AVERROR(EISDIR):
            error(.fileNotReadable, "\(source) is a folder; give the path of a video file", status)
        case clibav_AVERROR_ENOMEM: error(.outOfMemory, "there is no memory to open \(source)", status)
        default: error(.unsupportedFormat, "\(source) is not a video file that can be read", status)
        }
    }

    private func network(_ status: LibAVError) -> CaptureError {
        switch status.rawValue {
        case clibav_AVERROR_HTTP_UNAUTHORIZED: return unauthorized(status)
        case clibav_AVERROR_HTTP_FORBIDDEN:
            return error(.forbidden, "\(source) is not for this user; check the user's rights in the camera", status)
        case clibav_AVERROR_HTTP_NOT_FOUND:
            return error(.streamNotFound, "the camera has no stream \(source); check the path", status)
        case clibav_AVERROR_HTTP_SERVER_ERROR, clibav_AVERROR_HTTP_OTHER_4XX, clibav_AVERROR_HTTP_BAD_REQUEST:
            return error(.protocolViolation, "\(source) cannot serve this stream now, or in this way", status)
        case clibav_AVERROR(ECONNREFUSED), clibav_AVERROR(EHOSTUNREACH), clibav_AVERROR(ENETUNREACH),
            clibav_AVERROR(EHOSTDOWN), clibav_AVERROR(EADDRNOTAVAIL), clibav_AVERROR_ETIMEDOUT:
            return error(
                .unreachable,
                "there is no connection to \(source); check that the camera is on and that address and port are right",
                status
            )
        case clibav_AVERROR(EPROTONOSUPPORT):
            return error(.protocolViolation, "\(source) does not offer this transport; take another one", status)
        case clibav_AVERROR_ENOMEM: return error(.outOfMemory, "there is no memory to open \(source)", status)
        default:
            let elsewhere = source.kind == .http ? ", or sends its viewers to another place" : ""
            return error(
                .protocolViolation,
                "\(source) closed the connection, or gave an answer that makes no sense\(elsewhere); check that a "
                    + "camera is there",
                status
            )
        }
    }

    private func unauthorized(_ status: LibAVError) -> CaptureError {
        if case .network(let target) = source.target, target.credentials != nil {
            return error(
                .unauthorized,
                "\(source) refuses this user name and password; check them (and encode special characters, such as @ "
                    + "as %40)",
                status
            )
        }
        return error(
            .unauthorized,
            "\(source) wants a user name and a password; give them as in "
                + "\(source.schemeName)://USER:PASSWORD@HOST/PATH",
            status
        )
    }

    private func error(_ code: CaptureError.Code, _ text: String, _ cause: LibAVError? = nil) -> CaptureError {
        let capital = text.first!.isLetter ? text.prefix(1).uppercased() + text.dropFirst() : text
        // An address at the front is not to be changed.
        return CaptureError(code: code, message: (text.hasPrefix("\(source)") ? text : capital) + ".", cause: cause)
    }
}

extension LibAVError {
    /// Whether the camera does not have the transport that was asked for (RTSP status 461).
    var isTransportRefused: Bool { rawValue == clibav_AVERROR(EPROTONOSUPPORT) }
}
