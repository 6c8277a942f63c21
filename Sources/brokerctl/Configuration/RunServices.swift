import Logging
import ServiceLifecycle
import UnixSignals

/// Runs services until one of them ends or fails, or until Ctrl-C or SIGTERM.
///
/// - Throws: the error of the service that failed.
func runServices(_ services: [any Service]) async throws {
    // The group would log a service's error, too; the command says it once, on its own line.
    let silent = Logger(label: "services", factory: { _ in SwiftLogNoOpLogHandler() })
    var configuration = ServiceGroupConfiguration(
        services: services.map {
            .init(
                service: $0,
                successTerminationBehavior: .gracefullyShutdownGroup,
                failureTerminationBehavior: .cancelGroup
            )
        },
        gracefulShutdownSignals: [.sigint, .sigterm],
        logger: silent
    )
    // Whoever does not end when asked is cancelled.
    configuration.maximumGracefulShutdownDuration = .milliseconds(1_500)
    try await ServiceGroup(configuration: configuration).run()
}
