/// Why there is no Caddy in front of the broker, and what to do.
package struct CaddyError: Error, CustomStringConvertible {
    package struct Code: Sendable, Hashable {
        private enum Kind { case missing, tooOld, ended, silent }

        private let kind: Kind

        /// No program of that name is there.
        package static let missing = Code(kind: .missing)
        /// It is there, but older than ``CaddyVersion/oldest``.
        package static let tooOld = Code(kind: .tooOld)
        /// It ended before it answered.
        package static let ended = Code(kind: .ended)
        /// It runs, and does not answer.
        package static let silent = Code(kind: .silent)
    }

    package var code: Code
    package var description: String

    private static let install =
        "install it with: sudo apt install caddy (Debian, Ubuntu), brew install caddy (macOS), or see https://caddyserver.com"

    static let missing = CaddyError(
        code: .missing,
        description:
            "Caddy is not there: \(install). TLS without Caddy: --tls-cert and --tls-key."
    )

    static func tooOld(_ version: CaddyVersion) -> CaddyError {
        CaddyError(
            code: .tooOld,
            description: "Caddy \(version) is too old, \(CaddyVersion.oldest) is needed: \(install)."
        )
    }

    static func ended(_ how: String, lastWords: String?) -> CaddyError {
        CaddyError(
            code: .ended,
            description: "Caddy \(how)" + (lastWords.map { ": \($0)" } ?? "; LOG_LEVEL=debug shows its log")
        )
    }

    static func silent(_ address: String, lastWords: String?) -> CaddyError {
        CaddyError(
            code: .silent,
            description: "Caddy runs but does not answer at \(address)"
                + (lastWords.map { ": \($0)" } ?? "; LOG_LEVEL=debug shows its log")
        )
    }
}
