/// A file of the page, ready to be sent.
package struct PageAsset: Sendable {
    /// The absolute path it is served at, `/player/painter.js`.
    package let path: String
    /// The value of `Content-Type`, with its charset.
    package let contentType: String
    /// A strong entity tag with its quotes: equal tags mean equal bytes (RFC 9110, section 8.8.3).
    package let etag: String
    /// The body.
    package let bytes: [UInt8]
}

/// The page, as the binary carries it.
///
/// No path is ever looked up in a file system. A change of a file changes its entity tag and not its path, so answer with
/// `Cache-Control: no-cache`: a browser then asks each time and is told 304.
package enum PageAssets {
    /// The file at an absolute, percent-decoded path; `/` is `/index.html`. `nil` when the page has no such file.
    package static func asset(at path: String) -> PageAsset? {
        assets[path == "/" ? "/index.html" : path]
    }

    /// The value of `Content-Security-Policy` that every answer of the page is to have.
    ///
    /// All of the page is its own files; nothing is inline. It may connect to any broker, because the user may name one elsewhere:
    /// sockets for frames, HTTP for the list of streams and the reason of a refusal.
    package static let contentSecurityPolicy = [
        "default-src 'self'",
        "connect-src 'self' http: https: ws: wss:",
        "img-src 'self' blob:",
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
