import ArgumentParser
import StreamBrokerKit

/// The command line: each command parses, layers the configuration, wires the library's parts, and prints.
@main
struct Brokerctl: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "brokerctl",
        abstract: "Live cameras in web pages.",
        discussion: """
            Settings come from, the first that has one: a flag, the environment, the file .env in this folder, the YAML file \
            named by --config, the default. `brokerctl demo` shows everything at once and needs no camera.
            """,
        version: StreamBroker.version,
        subcommands: [
            RunCommand.self, ServeCommand.self, PublishCommand.self, WebCommand.self, SubscribeCommand.self,
            LinkCommand.self, ProbeCommand.self, DemoCommand.self, BenchCommand.self,
        ]
    )
}
