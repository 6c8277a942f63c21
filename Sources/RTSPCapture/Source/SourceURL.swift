/// The address of a source of pictures.
///
/// One of
/// - `rtsp://[USER:PASSWORD@]HOST[:PORT]/PATH`, or `rtsps://` for RTSP over TLS. Note that libavformat 5.1 does not
///   check the server's certificate: `rtsps` hides the pictures from those who listen, not from those who pretend to be
///   the camera;
/// - `http://…` or `https://…` for a Motion JPEG stream;
/// - the path of a file, or `file:///PATH`;
/// - `test:` for the built-in moving test picture, with options as in `test:size=1280x720,rate=30`.
///
/// User name and password may be percent-encoded or plain. A plain `/` or `@` in a password is taken where only one
/// reading is possible; otherwise the URL is refused and the error says what to encode. Nothing that prints a
/// `SourceURL`, by `description`, `dump` or interpolation, prints them.
public struct SourceURL: Hashable, Sendable {
    /// What kind of source this is.
    public enum Kind: Hashable, Sendable {
        /// RTSP; its media over TCP or UDP.
        case rtsp
        /// RTSP over TLS.
        case rtsps
        /// A stream over HTTP or HTTPS.
        case http
        /// A file.
        case file
        /// The built-in test picture.
        case test
    }

    /// What kind of source this is.
    public let kind: Kind
    let target: Target

    /// Reads an address.
    ///
    /// - Throws: ``CaptureError`` with code `invalidURL`; its message quotes the address without secrets and names
    ///   `test:`.
    public init(_ text: String) throws(CaptureError) {
        guard !text.isEmpty else { throw .invalidURL(text, "it is empty") }
        guard !text.unicodeScalars.contains(where: { $0.value < 0x20 || $0.value == 0x7F }) else {
            throw .invalidURL("", "it has a control character in it")
        }
        if let options = text.dropping(prefix: "test:") {
            target = .test(try TestPictureOptions(options, of: text))
            kind = .test
        } else if let separator = text.range(of: "://"), !text[..<separator.lowerBound].contains("/") {
            (kind, target) = try SourceURL.parse(
                scheme: text[..<separator.lowerBound].lowercased(),
                text[separator.upperBound...],
                of: text
            )
        } else if ["rtsp:", "rtsps:", "http:", "https:", "file:"].contains(where: text.lowercased().hasPrefix) {
            throw .invalidURL(text, "`//` must follow the scheme")
        } else {
            target = .file(path: text)
            kind = .file
        }
    }

    /// The built-in test picture.
    public static func testPicture() -> SourceURL {
        SourceURL(kind: .test, target: .test(TestPictureOptions()))
    }

    private init(kind: Kind, target: Target) {
        self.kind = kind
        self.target = target
    }

    private static func parse(
        scheme: String,
        _ rest: Substring,
        of text: String
    ) throws(CaptureError) -> (Kind, Target) {
        switch scheme {
        case "rtsp": (.rtsp, .network(try NetworkTarget(scheme: scheme, rest, of: text)))
        case "rtsps": (.rtsps, .network(try NetworkTarget(scheme: scheme, rest, of: text)))
        case "http", "https": (.http, .network(try NetworkTarget(scheme: scheme, rest, of: text)))
        case "file":
            (.file, .file(path: try filePath(rest.dropping(prefix: "localhost") ?? rest, of: text)))
        default: throw .invalidURL(text, "the scheme is not rtsp, rtsps, http, https or file")
        }
    }

    private static func filePath(_ path: Substring, of text: String) throws(CaptureError) -> String {
        guard path.hasPrefix("/"), let decoded = PercentCoding.decode(path) else {
            throw .invalidURL(text, "a file URL has three slashes and an absolute path, as in `file:///clips/a.mp4`")
        }
        return decoded
    }
}

extension SourceURL {
    /// What an address names.
    enum Target: Hashable, Sendable {
        case network(NetworkTarget)
        case file(path: String)
        case test(TestPictureOptions)
    }

    /// Whether the source is live: its end is a fault, and it sets the pace itself.
    public var isLive: Bool { kind != .file }

    /// The scheme as users write it.
    var schemeName: String { if case .network(let network) = target { network.scheme } else { "\(kind)" } }

    /// The URL for libavformat, with user name and password: never print it. Nil for what is not on the network.
    package var secretURL: String? { if case .network(let network) = target { network.secretURL } else { nil } }

    /// Where on the network it is; nil for what is not there.
    var networkTarget: NetworkTarget? { if case .network(let network) = target { network } else { nil } }

    /// Whether it is spoken to by RTSP.
    var isRTSP: Bool { kind == .rtsp || kind == .rtsps }
}

extension SourceURL: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The address, with `***` for user name, password and other secrets.
    public var description: String {
        switch target {
        case .network(let network): network.description
        case .file(let path): Redaction.redact(path)
        case .test(let options): "test:\(options)"
        }
    }

    /// The same as ``description``.
    public var debugDescription: String { description }

    /// The ``description`` alone: `dump` looks into a mirror.
    public var customMirror: Mirror { Mirror(self, children: ["description": description]) }
}

extension CaptureError {
    /// An error for the address `text`, which may have secrets in it.
    static func invalidURL(_ text: String, _ reason: String) -> CaptureError {
        let subject = text.isEmpty ? "The source address" : "The source address '\(Redaction.redact(text))'"
        return CaptureError(
            code: .invalidURL,
            message: "\(subject) cannot be used: \(reason). Give something like `rtsp://USER:PASSWORD@HOST/PATH`, the "
                + "path of a video file, or `test:` for a built-in test picture."
        )
    }
}

extension StringProtocol {
    /// What follows `prefix`, or nil without it.
    func dropping(prefix: String) -> SubSequence? {
        hasPrefix(prefix) ? dropFirst(prefix.count) : nil
    }
}
