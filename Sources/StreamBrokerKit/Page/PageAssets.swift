/// A file of the page, ready to be sent.
public struct PageAsset: Sendable {
    /// The absolute path it is served at, `/player/painter.js`.
    public let path: String
    /// The value of `Content-Type`, with its charset.
    public let contentType: String
    /// A strong entity tag with its quotes: equal tags mean equal bytes (RFC 9110, section 8.8.3).
    public let etag: String
    /// The body.
    public let bytes: [UInt8]

    /// The header fields of an answer with this file, `Content-Type` and `ETag` among them.
    public var headers: [(name: String, value: String)] {
        [
            ("Content-Type", contentType),
            ("ETag", etag),
            ("Cache-Control", "no-cache"),
            ("Content-Security-Policy", PageAssets.contentSecurityPolicy),
            // The files are the same for everybody: any page may use the element, wherever it comes from.
            ("Access-Control-Allow-Origin", "*"),
            ("Cross-Origin-Resource-Policy", "cross-origin"),
            ("Referrer-Policy", "no-referrer"),
            ("X-Content-Type-Options", "nosniff"),
        ]
    }
}

/// The page and the `<frame-stream>` element, as the library carries them.
///
/// No path is ever looked up in a file system. A change of a file changes its entity tag and not its path, so a browser asks each time
/// (`Cache-Control: no-cache`) and is told 304. In a server that is not built on SwiftNIO, answer `GET` requests with it:
///
/// ```swift
/// if let asset = PageAssets.asset(at: path) {
///     return Response(status: 200, headers: asset.headers, body: asset.bytes)
/// }
/// ```
///
/// In one that is, ``PageRoutes`` does that.
public enum PageAssets {
    /// The file at an absolute, percent-decoded path; `/` is `/index.html`. `nil` when the page has no such file.
    public static func asset(at path: String) -> PageAsset? {
        assets[path == "/" ? "/index.html" : path]
    }

    /// The value of `Content-Security-Policy` that every answer of the page is to have.
    ///
    /// All of the page is its own files; nothing is inline. It may connect to any broker, because the user may name one elsewhere:
    /// sockets for frames, HTTP for the list of streams and the reason of a refusal.
    public static let contentSecurityPolicy = [
        "default-src 'self'",
        "connect-src 'self' http: https: ws: wss:",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'self'",
    ].joined(separator: "; ")

    private static let assets: [String: PageAsset] = Dictionary(
        uniqueKeysWithValues: embedded.map { file in
            let asset = PageAsset(
                path: file.path,
                contentType: file.contentType,
                etag: "\"\(file.digest)\"",
                bytes: Array(file.text.utf8)
            )
            return (file.path, asset)
        }
    )
}

/// A file as the generated source has it: text compiles to constant data, an array of bytes would not.
struct EmbeddedAsset {
    let path: String
    let contentType: String
    /// The first 128 bits of the content's SHA-256, in hex.
    let digest: String
    let text: String
}
