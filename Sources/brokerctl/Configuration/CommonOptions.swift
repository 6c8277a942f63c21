import ArgumentParser
import Logging

/// The flags that every long-running command has.
struct CommonOptions: ParsableArguments {
    @Option(help: SettingKey.logLevel.help)
    var logLevel: String?

    @Option(help: "A YAML file with settings; its keys are the environment's names in lower case.")
    var config: String?

    /// Reads the configuration and starts logging.
    ///
    /// - Throws: ``SettingError``.
    func start() async throws -> (settings: Settings, logger: Logger) {
        let settings = try await Settings(configFile: config)
        return (settings, try startLogging(settings))
    }

    /// Starts logging as the settings say.
    ///
    /// - Throws: ``SettingError``.
    func startLogging(_ settings: Settings) throws -> Logger {
        let level = try Self.level(settings, flag: logLevel)
        LoggingSystem.bootstrap { _ in ConsoleLogHandler(level: level) }
        return Logger(label: "brokerctl")
    }

    /// `RUST_LOG` may have levels for parts of a program, as in `info,hyper=warn`: the one without a part counts.
    private static func wholeProgramLevel(_ text: String) -> String {
        text.split(separator: ",").first { !$0.contains("=") }.map { $0.lowercased() } ?? text
    }

    private static func level(_ settings: Settings, flag: String?) throws -> Logger.Level {
        let choices: KeyValuePairs<String, Logger.Level> = [
            "trace": .trace, "debug": .debug, "info": .info, "notice": .notice, "warning": .warning, "warn": .warning,
            "error": .error, "critical": .critical,
        ]
        return try settings.choice(.logLevel, flag: flag, of: choices, reading: wholeProgramLevel) ?? .info
    }
}
