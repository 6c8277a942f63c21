import ArgumentParser
import Logging

/// The flags that every long-running command has but `run`, whose file is more than settings.
struct CommonOptions: ParsableArguments {
    @OptionGroup var logging: LoggingOptions

    @Option(help: "A YAML file with settings; its keys are the environment's names in lower case.")
    var config: String?

    /// Reads the configuration and starts logging.
    ///
    /// - Throws: ``SettingError``.
    func start() async throws -> (settings: Settings, logger: Logger) {
        let settings = try await Settings(configFile: config)
        return (settings, try logging.start(settings))
    }
}
