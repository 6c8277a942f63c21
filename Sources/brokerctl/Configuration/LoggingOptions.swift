import ArgumentParser
import Logging

/// The flags about the log, which every long-running command has.
struct LoggingOptions: ParsableArguments {
    @Option(help: SettingKey.logLevel.help)
    var logLevel: String?

    @Option(help: SettingKey.logFormat.help)
    var logFormat: String?

    /// Starts logging as the flags and the settings say.
    ///
    /// - Throws: ``SettingError``.
    func start(_ settings: Settings) throws -> Logger {
        let level = try Self.level(settings, flag: logLevel)
        let format = try format(settings)
        LoggingSystem.bootstrap { _ in ConsoleLogHandler(level: level, format: format) }
        return Logger(label: "brokerctl")
    }

    func format(_ settings: Settings) throws -> LogFormat {
        try settings.choice(.logFormat, flag: logFormat, of: ["text": .text, "json": .json]) ?? .text
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
