import ArgumentParser
import StreamBrokerKit

/// A link for viewers.
struct LinkCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "link",
        abstract: "Print the address of a page that shows a stream until the link expires.",
        discussion: "The link is signed with the secret that the access file names; the broker need not be told of it."
    )

    @Argument(help: "The stream, or the beginning of streams' names and a *, as in front-*.") var stream: String
    @Option(help: "How long the link is good: 90s, 30m, 12h, 7d.") var expires = "1h"
    @Option(help: "The address of the broker or its proxy, as browsers write it. (default: http://127.0.0.1:3090)")
    var base: String?
    @Option(help: SettingKey.accessFile.help) var accessFile: String?

    func run() async throws {
        let settings = try await Settings()
        guard let path = settings.text(.accessFile, flag: accessFile) else {
            throw SettingError("no access file: give --access-file FILE or set ACCESS_FILE, as the broker has it")
        }
        guard let secret = try AccessFile.read(path).linkSecret else {
            throw SettingError(
                "\(path) names no link_secret_file: add the line, and put the output of openssl rand -hex 32 into that file"
            )
        }
        let lifetime = try Lifetime.parse(expires, flag: "--expires")
        let base: BrokerURL
        do { base = try BrokerURL(self.base ?? "http://127.0.0.1:\(BrokerServerConfiguration().port)") } catch {
            throw SettingError("--base: \(error)")
        }
        let streams = try StreamPattern(stream)
        let expiry = UnixMicroseconds(SystemClock.unixTime.rawValue + lifetime.components.seconds * 1_000_000)
        let token = secret.token(for: streams, until: expiry)
        Terminal.printLine(PageLink.make(base: base.description, streams: streams, token: token))
    }
}
