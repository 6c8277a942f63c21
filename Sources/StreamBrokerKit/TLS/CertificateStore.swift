import Foundation
import Logging
import NIOSSL
import StreamBrokerCore

/// The certificate that new connections are shown. Its files are read again when they change; connections that are open keep what they have.
final class CertificateStore: Sendable {
    /// What is known of the certificate, for its metrics.
    struct Figures: Sendable {
        /// When the certificate expires, in seconds since 1970.
        var expiry: Int64 = 0
        var reloads: UInt64 = 0
        var failedReloads: UInt64 = 0
    }

    private struct State {
        var context: NIOSSLContext?
        var figures = Figures()
        var watch: FileWatch<FileVersions>
        var warning = ExpiryWarning()
    }

    private let tls: ServerTLS
    private let logger: Logger
    private let state: Locked<State>
    private static let lookInterval: Duration = .seconds(2)

    init(_ tls: ServerTLS, logger: Logger) {
        self.tls = tls
        self.logger = logger
        state = Locked(State(watch: FileWatch(reading: tls.fileVersions)))
    }

    var figures: Figures { state.withLock { $0.figures } }

    /// For a new connection; `nil` until ``load()``.
    var context: NIOSSLContext? { state.withLock { $0.context } }

    /// Reads the files for the first time.
    ///
    /// - Throws: ``BrokerServerError`` with ``BrokerServerError/Code/certificateUnusable``.
    func load() throws(BrokerServerError) {
        let versions = tls.fileVersions
        let (context, expiry) = try tls.makeContext()
        state.withLock { state in
            state.context = context
            state.figures.expiry = expiry
            state.watch.reading(versions)
        }
    }

    /// Reads the files again, whether or not they have changed. A certificate that cannot be used changes nothing but a counter.
    func reload() {
        // As they are before they are read: what changes meanwhile is another change.
        let versions = tls.fileVersions
        do {
            try load()
            let expiry = state.withLock { state in
                state.figures.reloads += 1
                return state.figures.expiry
            }
            logger.info("the certificate has been read anew", metadata: ["expires": "\(Self.day(expiry))"])
        } catch {
            state.withLock { state in
                state.figures.failedReloads += 1
                state.watch.reading(versions)
            }
            logger.error("the new certificate cannot be used, and the old one is kept: \(error)")
        }
    }

    /// Looks after the files, and warns of the certificate's end, until it is cancelled.
    func watch() async {
        while !Task.isCancelled {
            warnOfExpiry()
            try? await Task.sleep(for: Self.lookInterval)
            let versions = tls.fileVersions
            if state.withLock({ $0.watch.looked(versions) }) { reload() }
        }
    }

    private func warnOfExpiry() {
        let now = Int64(Date().timeIntervalSince1970)
        let (days, expiry) = state.withLock { state in
            (state.warning.due(expiry: state.figures.expiry, now: now), state.figures.expiry)
        }
        guard let days else { return }
        let metadata: Logger.Metadata = ["file": "\(tls.certificateFile)", "expires": "\(Self.day(expiry))"]
        if days <= 0 {
            logger.error("the certificate has expired: clients refuse it until it is renewed", metadata: metadata)
        } else {
            logger.warning("the certificate expires within \(days) days: renew it", metadata: metadata)
        }
    }

    private static func day(_ seconds: Int64) -> String {
        Date(timeIntervalSince1970: TimeInterval(seconds)).formatted(.iso8601.year().month().day())
    }
}

extension ServerTLS {
    var fileVersions: FileVersions { FileVersions(of: [certificateFile, privateKeyFile]) }
}
