import ArgumentParser
import StreamBrokerKit

/// The page alone.
struct WebCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "web",
        abstract: "Serve the page only, for a broker elsewhere."
    )

    @Option(help: SettingKey.webPort.help) var port: String?
    @Option(help: SettingKey.bind.help) var bind: String?
    @Option(help: SettingKey.brokerOfPage.help) var broker: String?
    @OptionGroup var superuser: SuperuserOptions
    @OptionGroup var common: CommonOptions

    func run() async throws {
        let (settings, logger) = try await common.start()
        try superuser.check(settings)
        var page = PageServerConfiguration()
        if let port = try settings.integer(.webPort, flag: port, in: 0...65_535) { page.port = port }
        if let host = settings.text(.bind, flag: bind) { page.host = host }
        if let address = settings.text(.brokerOfPage, flag: broker) {
            do {
                page.broker = "\(try BrokerURL(address))"
            } catch {
                throw SettingError("the broker's address: \(error)")
            }
        }
        try await runServices([PageServer(configuration: page, logger: logger)])
    }
}
