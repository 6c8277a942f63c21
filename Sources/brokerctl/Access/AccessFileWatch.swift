import Logging
import ServiceLifecycle
import StreamBrokerKit
import UnixSignals

/// Has the access file read anew on SIGHUP. One that cannot be used changes nothing.
struct AccessFileWatch: Service {
    let sources: AccessSources
    let server: BrokerServer
    let logger: Logger

    /// The service; nil when there is no file.
    init?(_ sources: AccessSources, server: BrokerServer, logger: Logger) {
        guard sources.file != nil else { return nil }
        self.sources = sources
        self.server = server
        self.logger = logger
    }

    func run() async throws {
        for await _ in await UnixSignalsSequence(trapping: .sighup).cancelOnGracefulShutdown() {
            do {
                guard let policy = try await sources.policy() else { continue }
                server.replaceAccess(policy)
                logger.info("access file read anew", metadata: ["file": "\(sources.file ?? "")"])
            } catch {
                logger.error("access stays as it is: \(error)")
            }
        }
    }
}
