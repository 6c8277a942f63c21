import ArgumentParser
import Logging
import ServiceLifecycle
import StreamBrokerKit
import UnixSignals

@main
struct Brokerctl: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "brokerctl", subcommands: [Serve.self])
}

struct Serve: AsyncParsableCommand {
    @Option var port: Int?
    @Option var bind: String?

    func run() async throws {
        LoggingSystem.bootstrap(StreamLogHandler.standardError)
        let logger = Logger(label: "brokerctl")
        var configuration = BrokerServerConfiguration()
        if let port { configuration.port = port }
        if let bind { configuration.host = bind }
        let server = BrokerServer(broker: Broker(), configuration: configuration, logger: logger)
        let group = ServiceGroup(
            services: [server],
            gracefulShutdownSignals: [.sigint, .sigterm],
            logger: logger
        )
        try await group.run()
    }
}
