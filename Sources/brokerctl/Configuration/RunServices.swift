import Logging
import ServiceLifecycle
import UnixSignals

/// Runs services until one of them ends or fails, or until Ctrl-C or SIGTERM.
///
/// - Parameter patience: How long all of them together may take to end when asked, one after the other.
/// - Throws: the error of the service that failed.
func runServices(_ services: [any Service], patience: Duration = .milliseconds(1_500)) async throws {
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
    configuration.maximumGracefulShutdownDuration = patience
    try await ServiceGroup(configuration: configuration).run()
}
